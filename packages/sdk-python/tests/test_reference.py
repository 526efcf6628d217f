"""The reference's own verification of webhooks, word for word, beside that of the SDK."""

from __future__ import annotations

from typing import Any, Callable

from conftest import ROOT
from meingpt import WorkflowClient

SNIPPET = (ROOT.parents[1] / "e2e" / "fixtures" / "reference-verify-webhook.txt").read_text("utf-8")
FUNCTION, _, HANDLER = SNIPPET.partition("# In your webhook handler\n")


def verify_webhook() -> Callable[..., bool]:
    names: dict[str, Any] = {}
    exec(FUNCTION, names)
    function: Callable[..., bool] = names["verify_webhook"]
    return function


def handled(body: str, headers: dict[str, str], secret: str) -> int | None:
    """What the handler of the reference returns: 401, or nothing when it goes on."""
    lines = "".join(f"    {line}\n" for line in HANDLER.splitlines())
    names: dict[str, Any] = {}
    exec(f"{FUNCTION}\ndef handle(request, webhook_secret):\n{lines}", names)
    request = type("Request", (), {"headers": headers, "body": body})()
    status: int | None = names["handle"](request, secret)
    return status


def test_the_snippet_takes_what_the_sdk_signs_and_the_sdk_what_the_snippet_takes() -> None:
    webhooks = WorkflowClient(webhook_secret="s3cret").webhooks
    body = '{"customer": "Größe ✓"}'
    signature = webhooks.sign(body)
    for payload, given in ((body, signature), (f"{body} ", signature), (body, signature[:-1] + "x"), (body, "")):
        assert webhooks.verify(payload, given) is verify_webhook()(payload, given, "s3cret")
    assert handled(body, {"X-Webhook-Signature": signature}, "s3cret") is None
    assert handled(body, {"X-Webhook-Signature": signature}, "another") == 401
