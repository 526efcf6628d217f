"""`client.event_subscriptions` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._http.page import Page
from .._http.runner import Runner
from ..types import (
    EventDelivery,
    EventRedelivery,
    EventSubscription,
    EventSubscriptionTest,
    EventSubscriptionWithSecret,
)
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import (
        EventSubscriptionPatch,
        EventSubscriptionRequest,
        ListEventDeliveriesQuery,
        ListEventSubscriptionsQuery,
    )


class EventSubscriptions:
    """`client.event_subscriptions`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListEventSubscriptionsQuery]) -> Page[EventSubscription]:
        """Oldest first, without secrets: one page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def create(
        self, *, idempotency_key: str | None = None, **members: Unpack[EventSubscriptionRequest]
    ) -> EventSubscriptionWithSecret:
        """Subscribes to events; the result has the secret, this once."""
        return self._runner.call(calls.create(members, idempotency_key))

    def get(self, subscription_id: str) -> EventSubscription:
        return self._runner.call(calls.get(subscription_id))

    def update(
        self,
        subscription_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[EventSubscriptionPatch],
    ) -> EventSubscription:
        """
        What is left out stays.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return self._runner.call(calls.update(subscription_id, members, if_match, idempotency_key))

    def delete(
        self, subscription_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Nothing is sent any more."""
        return self._runner.call(calls.delete(subscription_id, if_match, idempotency_key))

    def rotate_secret(self, subscription_id: str, *, idempotency_key: str | None = None) -> EventSubscriptionWithSecret:
        """Gives it another secret, which the result has this once; the one before signs as well for 24 hours."""
        return self._runner.call(calls.rotate_secret(subscription_id, idempotency_key))

    def test(self, subscription_id: str, *, idempotency_key: str | None = None) -> EventSubscriptionTest:
        """Sends an event of the type `subscription.test`."""
        return self._runner.call(calls.test(subscription_id, idempotency_key))

    def list_deliveries(self, subscription_id: str, **query: Unpack[ListEventDeliveriesQuery]) -> Page[EventDelivery]:
        """What was sent, newest first, with each attempt: one page, which goes on when it is iterated over."""
        listing = calls.deliveries(subscription_id, query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def redeliver(self, subscription_id: str, delivery_id: str, *, idempotency_key: str | None = None) -> EventDelivery:
        """Sends an event again, with the same `webhook-id`."""
        return self._runner.call(calls.redeliver(subscription_id, delivery_id, idempotency_key))

    def redeliver_since(
        self,
        subscription_id: str,
        since: str,
        *,
        status: Literal["failed", "all"] | None = None,
        starting_after: str | None = None,
        idempotency_key: str | None = None,
    ) -> EventRedelivery:
        """
        Sends again what failed for good since a time (ISO 8601); with `status="all"` what was delivered too.
        The `next_cursor` of one call is the `starting_after` of the next.
        """
        return self._runner.call(calls.redeliver_since(subscription_id, since, status, starting_after, idempotency_key))
