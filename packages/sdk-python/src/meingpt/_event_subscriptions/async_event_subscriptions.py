"""`client.event_subscriptions` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
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


class AsyncEventSubscriptions:
    """`client.event_subscriptions`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListEventSubscriptionsQuery]) -> AsyncList[EventSubscription]:
        """Oldest first, without secrets: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def create(
        self, *, idempotency_key: str | None = None, **members: Unpack[EventSubscriptionRequest]
    ) -> EventSubscriptionWithSecret:
        """Subscribes to events; the result has the secret, this once."""
        return await self._runner.call(calls.create(members, idempotency_key))

    async def get(self, subscription_id: str) -> EventSubscription:
        return await self._runner.call(calls.get(subscription_id))

    async def update(
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
        return await self._runner.call(calls.update(subscription_id, members, if_match, idempotency_key))

    async def delete(
        self, subscription_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Nothing is sent any more."""
        return await self._runner.call(calls.delete(subscription_id, if_match, idempotency_key))

    async def rotate_secret(
        self, subscription_id: str, *, idempotency_key: str | None = None
    ) -> EventSubscriptionWithSecret:
        """Gives it another secret, which the result has this once; the one before signs as well for 24 hours."""
        return await self._runner.call(calls.rotate_secret(subscription_id, idempotency_key))

    async def test(self, subscription_id: str, *, idempotency_key: str | None = None) -> EventSubscriptionTest:
        """Sends an event of the type `subscription.test`."""
        return await self._runner.call(calls.test(subscription_id, idempotency_key))

    def list_deliveries(
        self, subscription_id: str, **query: Unpack[ListEventDeliveriesQuery]
    ) -> AsyncList[EventDelivery]:
        """What was sent, newest first, with each attempt: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.deliveries(subscription_id, query), self._runner)

    async def redeliver(
        self, subscription_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> EventDelivery:
        """Sends an event again, with the same `webhook-id`."""
        return await self._runner.call(calls.redeliver(subscription_id, delivery_id, idempotency_key))

    async def redeliver_since(
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
        return await self._runner.call(
            calls.redeliver_since(subscription_id, since, status, starting_after, idempotency_key)
        )
