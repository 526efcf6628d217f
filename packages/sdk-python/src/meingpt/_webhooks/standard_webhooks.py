"""Standard Webhooks 1.0.0."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass

from .._errors import UsageError, WebhookVerificationError
from .signatures import RawBody, bytes_of, digest

SECRET_PREFIX = "whsec_"
"""Secrets of Standard Webhooks begin with this; the rest is base 64 of the key."""
_TOLERANCE_S = 300
"""How far the time of a delivery may be from ours: an old one is a replay."""
_MOST_SIGNATURES = 16
"""More than anybody signs with: a header is not worked on without end."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class StandardHeaders:
    """A delivery by its three headers."""

    id: str | None
    timestamp: str | None
    signature: str | None


def verify_standard(payload: RawBody, headers: StandardHeaders, secret: str, now: float) -> None:
    """
    Verifies a delivery; `now` is in seconds since the epoch.

    Raises WebhookVerificationError, and UsageError for a secret that is none.
    """
    key = _from_base64(secret[len(SECRET_PREFIX) :])
    if key is None:
        raise UsageError("The webhook secret is not base 64 after whsec_.")
    if headers.id is None or headers.timestamp is None or headers.signature is None:
        raise WebhookVerificationError("The headers webhook-id, webhook-timestamp and webhook-signature must be there")
    if not _TIMESTAMP.fullmatch(headers.timestamp) or abs(now - int(headers.timestamp)) > _TOLERANCE_S:
        raise WebhookVerificationError(f"The time of the delivery is not within {_TOLERANCE_S} seconds of now")
    signed = f"{headers.id}.{headers.timestamp}.".encode() + bytes_of(payload)
    expected = digest(key, signed)
    for entry in headers.signature.split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]:
        version, _, text = entry.partition(",")
        given = _from_base64(text) if version == "v1" else None
        if given is not None and hmac.compare_digest(expected, given):
            return
    raise WebhookVerificationError("No signature of the delivery is of this secret")


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None
