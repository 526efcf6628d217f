"""The calls of webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from .._executions.calls import with_id
from .._http.call import Call, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import ExecutionAccepted, Webhook, WebhookCall, WebhookListeningEvent, WebhookSecret

SampleQuery = Mapping[str, Union[str, Sequence[str]]]
"""Parameters of a query, of which one may come more than once."""


def send(
    webhook_id: str, body: Any, headers: Mapping[str, str] | None, idempotency_key: str | None
) -> Call[ExecutionAccepted]:
    return Call(
        "POST",
        route("/webhooks/{webhook_id}", webhook_id=webhook_id),
        _parse_accepted,
        body={} if body is None else body,
        headers=headers or {},
        idempotency_key=idempotency_key,
        anonymous=True,
    )


def test(
    webhook_id: str,
    body: Any,
    headers: Mapping[str, str] | None,
    query: SampleQuery | None,
    idempotency_key: str | None,
) -> Call[ExecutionAccepted]:
    path = route("/webhooks/{webhook_id}/test", webhook_id=webhook_id)
    sample = {"body": body, "headers": headers, "query": query}
    request = {name: value for name, value in sample.items() if value is not None}
    return Call("POST", path, _parse_accepted, body=request, idempotency_key=idempotency_key)


def listing_of_calls(webhook_id: str, query: Mapping[str, Any]) -> Listing[WebhookCall]:
    first = Call("GET", route("/webhooks/{webhook_id}/calls", webhook_id=webhook_id), page_of("calls"), query=query)
    return Listing(first=first, member="calls", item=WebhookCall, following=behind_cursor)


def listing_of_workflow(workflow_id: str) -> Listing[Webhook]:
    first = Call("GET", route("/workflows/{workflow_id}/webhooks", workflow_id=workflow_id), page_of("webhooks"))
    return Listing(first=first, member="webhooks", item=Webhook, following=behind_cursor)


def rotate_url(
    workflow_id: str, webhook_id: str, grace_seconds: int | None, idempotency_key: str | None
) -> Call[Webhook]:
    path = route(
        "/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-url", workflow_id=workflow_id, webhook_id=webhook_id
    )
    request = {} if grace_seconds is None else {"grace_seconds": grace_seconds}
    return Call("POST", path, Webhook, body=request, idempotency_key=idempotency_key)


def rotate_secret(
    workflow_id: str, webhook_id: str, secret: str | None, grace_seconds: int | None, idempotency_key: str | None
) -> Call[WebhookSecret]:
    path = route(
        "/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-secret", workflow_id=workflow_id, webhook_id=webhook_id
    )
    given = {"secret": secret, "grace_seconds": grace_seconds}
    request = {name: value for name, value in given.items() if value is not None}
    return Call("POST", path, WebhookSecret, body=request, idempotency_key=idempotency_key)


def listen(webhook_id: str) -> Call[WebhookListeningEvent]:
    return Call("POST", route("/webhooks/{webhook_id}/listen", webhook_id=webhook_id), WebhookListeningEvent)


def is_end(event: Mapping[str, Any]) -> bool:
    """Whether a listener gets nothing behind it."""
    return bool(event["type"] == "ended")


def _parse_accepted(body: Any) -> ExecutionAccepted:
    return ExecutionAccepted(with_id(body))
