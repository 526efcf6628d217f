"""The reference's signature: HMAC-SHA256 of the raw body, in lower-case hexadecimal digits."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any, Callable, Union

from .._errors import UsageError, WebhookVerificationError

RawBody = Union[str, bytes, bytearray, memoryview]
"""A body as it came, before anything parsed it."""

_HEX = re.compile(r"(?:sha256=)?([0-9a-fA-F]{64})")


def bytes_of(payload: RawBody) -> bytes:
    """The bytes of a raw body; raises UsageError for what was parsed already."""
    if isinstance(payload, str):
        return payload.encode()
    if isinstance(payload, (bytes, bytearray, memoryview)):
        return bytes(payload)
    raise UsageError("payload is the raw body as it came, a text or bytes: signatures are over bytes.")


def digest(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256; raises UsageError for a key that everybody knows."""
    if not key:
        raise UsageError("The webhook secret is empty.")
    return hmac.new(key, message, hashlib.sha256).digest()


def hex_signature(payload: RawBody, secret: str) -> str:
    return digest(secret.encode(), bytes_of(payload)).hex()


def matches_hex(payload: RawBody, signature: str | None, secret: str) -> bool:
    """Whether a signature is the reference's for the body; `sha256=` may be before it. In constant time."""
    expected = hex_signature(payload, secret)
    found = _HEX.fullmatch(signature.strip()) if isinstance(signature, str) else None
    return found is not None and hmac.compare_digest(expected, found[1].lower())


def parse_event(payload: RawBody, parse: Callable[[bytes], Any]) -> Any:
    """Parses what has been verified; raises WebhookVerificationError when it is not JSON."""
    try:
        return parse(bytes_of(payload))
    except (ValueError, RecursionError) as cause:
        raise WebhookVerificationError("The delivery is signed, but its body is not JSON") from cause
