"""`client.webhooks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from .._errors import UsageError, WebhookVerificationError
from .._events.stream import AsyncEventStream, EventStream
from .._http.page import AsyncList, Page
from .._http.runner import AsyncRunner, Runner
from .._http.transport import Transport
from ..types import ExecutionAccepted, Webhook, WebhookCall, WebhookListeningEvent, WebhookSecret
from . import calls
from .signatures import RawBody, hex_signature, matches_hex, parse_event
from .standard_webhooks import SECRET_PREFIX, StandardHeaders, verify_standard

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListWebhookCallsQuery


class DeliveryHeaders(Protocol):
    """Headers as any web framework has them: a dictionary, or what has its `items()`."""

    def items(self) -> Iterable[tuple[str, Any]]: ...


class Signatures:
    """What is done with signatures; it needs no API key, and nothing of it waits."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def verify(self, payload: RawBody, signature: str | None, secret: str | None = None) -> bool:
        """
        Whether the raw body is signed with the secret, as the reference signs.

        `signature` is the header `X-Webhook-Signature`; the secret is by default that of the client.
        """
        return matches_hex(payload, signature, self._needed(secret))

    def sign(self, payload: RawBody, secret: str | None = None) -> str:
        """The reference's signature of a body."""
        return hex_signature(payload, self._needed(secret))

    def unwrap(self, payload: RawBody, headers: DeliveryHeaders, secret: str | None = None) -> Any:
        """
        Verifies a delivery and parses it. A secret `whsec_…` asks for the headers of Standard Webhooks, any other for
        `X-Webhook-Signature`, which does not protect from replays.

        Raises WebhookVerificationError when it is not signed with the secret, or is older than five minutes.
        """
        key = self._needed(secret)
        given = {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}
        if key.startswith(SECRET_PREFIX):
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            verify_standard(payload, StandardHeaders(*map(given.get, names)), key, self._transport.clock.now())
            return parse_event(payload, self._transport.parse)
        signature = given.get("x-webhook-signature")
        if not matches_hex(payload, signature, key):
            if signature is None:
                raise WebhookVerificationError("The header X-Webhook-Signature is missing")
            raise WebhookVerificationError("The header X-Webhook-Signature is not that of this body and secret")
        return parse_event(payload, self._transport.parse)

    def _needed(self, secret: str | None) -> str:
        given = self._transport.settings.webhook_secret if secret is None else secret
        if given:
            return given
        cure = "give it, or the option webhook_secret, or set MEINGPT_WEBHOOK_SECRET."
        raise UsageError(f"There is no webhook secret: {cure}")


class Webhooks(Signatures):
    """`client.webhooks`."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner.transport)
        self._runner = runner

    def send(
        self,
        webhook_id: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> ExecutionAccepted:
        """
        Calls the address of a webhook trigger with a JSON body, by default `{}`. Without the API key: the address is
        the credential.
        """
        return self._runner.call(calls.send(webhook_id, body, headers, idempotency_key))

    def list_of_workflow(self, workflow_id: str) -> Page[Webhook]:
        """The addresses of a workflow, in the order of its document."""
        listing = calls.listing_of_workflow(workflow_id)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def rotate_url(
        self, workflow_id: str, webhook_id: str, *, grace_seconds: int | None = None, idempotency_key: str | None = None
    ) -> Webhook:
        """Gives a trigger a new address; calls of the former one are taken for a day, or `grace_seconds`."""
        return self._runner.call(calls.rotate_url(workflow_id, webhook_id, grace_seconds, idempotency_key))

    def rotate_secret(
        self,
        workflow_id: str,
        webhook_id: str,
        *,
        secret: str | None = None,
        grace_seconds: int | None = None,
        idempotency_key: str | None = None,
    ) -> WebhookSecret:
        """
        Gives the secret of a trigger's signature another value, which nothing returns again; calls by the former one
        are taken for a day, or `grace_seconds`.
        """
        return self._runner.call(calls.rotate_secret(workflow_id, webhook_id, secret, grace_seconds, idempotency_key))

    def listen(self, webhook_id: str) -> EventStream[WebhookListeningEvent]:
        """
        The next calls of an address, as they come and as the workflow gets them, for five minutes: starts nothing.

        A stream that is cut is opened again as another listener, with another `listening`: calls in between are not
        shown, and ids and the five minutes begin anew.
        """
        return EventStream(self._runner, calls.listen(webhook_id), "", calls.is_end)

    def list_calls(self, webhook_id: str, **query: Unpack[ListWebhookCallsQuery]) -> Page[WebhookCall]:
        """What became of recent calls of an address, newest first: one page, which goes on when it is iterated over."""
        listing = calls.listing_of_calls(webhook_id, query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def test(
        self,
        webhook_id: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: calls.SampleQuery | None = None,
        idempotency_key: str | None = None,
    ) -> ExecutionAccepted:
        """
        Sends a sample to an address as its sender would, signed, with further headers and a query; it starts an
        execution.
        """
        return self._runner.call(calls.test(webhook_id, body, headers, query, idempotency_key))


class AsyncWebhooks(Signatures):
    """`client.webhooks`; what has to do with signatures is never to be awaited."""

    def __init__(self, runner: AsyncRunner) -> None:
        super().__init__(runner.transport)
        self._runner = runner

    async def send(
        self,
        webhook_id: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> ExecutionAccepted:
        """
        Calls the address of a webhook trigger with a JSON body, by default `{}`. Without the API key: the address is
        the credential.
        """
        return await self._runner.call(calls.send(webhook_id, body, headers, idempotency_key))

    def list_of_workflow(self, workflow_id: str) -> AsyncList[Webhook]:
        """The addresses of a workflow, in the order of its document."""
        return AsyncList(calls.listing_of_workflow(workflow_id), self._runner)

    async def rotate_url(
        self, workflow_id: str, webhook_id: str, *, grace_seconds: int | None = None, idempotency_key: str | None = None
    ) -> Webhook:
        """Gives a trigger a new address; calls of the former one are taken for a day, or `grace_seconds`."""
        return await self._runner.call(calls.rotate_url(workflow_id, webhook_id, grace_seconds, idempotency_key))

    async def rotate_secret(
        self,
        workflow_id: str,
        webhook_id: str,
        *,
        secret: str | None = None,
        grace_seconds: int | None = None,
        idempotency_key: str | None = None,
    ) -> WebhookSecret:
        """
        Gives the secret of a trigger's signature another value, which nothing returns again; calls by the former one
        are taken for a day, or `grace_seconds`.
        """
        return await self._runner.call(
            calls.rotate_secret(workflow_id, webhook_id, secret, grace_seconds, idempotency_key)
        )

    def listen(self, webhook_id: str) -> AsyncEventStream[WebhookListeningEvent]:
        """
        The next calls of an address, as they come and as the workflow gets them, for five minutes: starts nothing.

        A stream that is cut is opened again as another listener, with another `listening`: calls in between are not
        shown, and ids and the five minutes begin anew.
        """
        return AsyncEventStream(self._runner, calls.listen(webhook_id), "", calls.is_end)

    def list_calls(self, webhook_id: str, **query: Unpack[ListWebhookCallsQuery]) -> AsyncList[WebhookCall]:
        """What became of recent calls of an address, newest first: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing_of_calls(webhook_id, query), self._runner)

    async def test(
        self,
        webhook_id: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: calls.SampleQuery | None = None,
        idempotency_key: str | None = None,
    ) -> ExecutionAccepted:
        """
        Sends a sample to an address as its sender would, signed, with further headers and a query; it starts an
        execution.
        """
        return await self._runner.call(calls.test(webhook_id, body, headers, query, idempotency_key))
