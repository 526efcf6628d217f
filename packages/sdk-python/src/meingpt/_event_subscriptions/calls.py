"""The calls of subscriptions to events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import (
    EventDelivery,
    EventRedelivery,
    EventSubscription,
    EventSubscriptionTest,
    EventSubscriptionWithSecret,
)


def listing(query: Mapping[str, Any]) -> Listing[EventSubscription]:
    return Listing(
        first=Call("GET", "/event-subscriptions", page_of("subscriptions"), query=query),
        member="subscriptions",
        item=EventSubscription,
        following=behind_cursor,
    )


def create(request: Mapping[str, Any], idempotency_key: str | None) -> Call[EventSubscriptionWithSecret]:
    return Call(
        "POST", "/event-subscriptions", EventSubscriptionWithSecret, body=request, idempotency_key=idempotency_key
    )


def get(subscription_id: str) -> Call[EventSubscription]:
    return Call("GET", _path(subscription_id), EventSubscription)


def update(
    subscription_id: str, patch: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[EventSubscription]:
    return Call(
        "PATCH",
        _path(subscription_id),
        EventSubscription,
        body=patch,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(subscription_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = _path(subscription_id)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def rotate_secret(subscription_id: str, idempotency_key: str | None) -> Call[EventSubscriptionWithSecret]:
    path = _path(subscription_id) + "/rotate-secret"
    return Call("POST", path, EventSubscriptionWithSecret, idempotency_key=idempotency_key)


def test(subscription_id: str, idempotency_key: str | None) -> Call[EventSubscriptionTest]:
    path = _path(subscription_id) + "/test"
    return Call("POST", path, EventSubscriptionTest, idempotency_key=idempotency_key)


def deliveries(subscription_id: str, query: Mapping[str, Any]) -> Listing[EventDelivery]:
    return Listing(
        first=Call("GET", _path(subscription_id) + "/deliveries", page_of("deliveries"), query=query),
        member="deliveries",
        item=EventDelivery,
        following=behind_cursor,
    )


def redeliver(subscription_id: str, delivery_id: str, idempotency_key: str | None) -> Call[EventDelivery]:
    path = route(
        "/event-subscriptions/{subscription_id}/deliveries/{delivery_id}/redeliver",
        subscription_id=subscription_id,
        delivery_id=delivery_id,
    )
    return Call("POST", path, EventDelivery, idempotency_key=idempotency_key)


def redeliver_since(
    subscription_id: str, since: str, status: str | None, starting_after: str | None, idempotency_key: str | None
) -> Call[EventRedelivery]:
    path = _path(subscription_id) + "/redeliver"
    members = {"since": since, "status": status, "starting_after": starting_after}
    body = {name: value for name, value in members.items() if value is not None}
    return Call("POST", path, EventRedelivery, body=body, idempotency_key=idempotency_key)


def _path(subscription_id: str) -> str:
    return route("/event-subscriptions/{subscription_id}", subscription_id=subscription_id)
