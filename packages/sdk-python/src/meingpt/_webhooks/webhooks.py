"""`client.webhooks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from .._errors import UsageError, WebhookVerificationError
from .._executions.calls import with_id
from .._http.call import Call, route
from .._http.runner import AsyncRunner, Runner
from .._http.transport import Transport
from ..types import ExecutionAccepted
from .signatures import RawBody, hex_signature, matches_hex, parse_event
from .standard_webhooks import SECRET_PREFIX, StandardHeaders, verify_standard


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
        elif not matches_hex(payload, given.get("x-webhook-signature"), key):
            raise WebhookVerificationError("The header X-Webhook-Signature is not that of this body and secret")
        return parse_event(payload)

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
        return self._runner.call(_send(webhook_id, body, headers, idempotency_key))


class AsyncWebhooks(Signatures):
    """`client.webhooks`; only `send` is to be awaited."""

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
        return await self._runner.call(_send(webhook_id, body, headers, idempotency_key))


def _send(
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


def _parse_accepted(body: Any) -> ExecutionAccepted:
    return ExecutionAccepted(with_id(body))
