"""A request as it is sent, and its answer."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._errors import APIConnectionError, APIConnectionTimeoutError, UsageError
from .base_url import BaseURL
from .headers import Headers

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
EVENT_STREAM = "text/event-stream"
_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "accept-encoding"})


@dataclass(frozen=True)
class Request:
    """A request, the same in every attempt."""

    method: str
    base_url: BaseURL
    target: str
    """Path and query behind the base URL, already encoded."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    timeout: float
    """Seconds until the whole answer must be there."""
    ssl_context: ssl.SSLContext | None
    """None for http."""

    @property
    def name(self) -> str:
        """The request in messages; without what is secret."""
        return f"{self.method} {self.base_url.text}{self.target}"

    def encoded(self) -> bytes:
        """
        The request as bytes.

        Raises UsageError for a header that is none: it could be more than one.
        """
        body = self.body
        length = (
            [] if body is None and self.method in ("GET", "DELETE") else [("content-length", str(len(body or b"")))]
        )
        lines = [f"{self.method} {self.base_url.path}{self.target} HTTP/1.1", f"host: {self.base_url.authority}"]
        # One connection for each attempt: docs/adr/0032-python-sdk-without-dependencies.md.
        fixed = [("connection", "close"), ("accept-encoding", "identity"), *length]
        lines += [f"{name}: {value}" for name, value in [*fixed, *map(_checked, self.headers.items())]]
        try:
            return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")
        except UnicodeEncodeError:
            raise UsageError("The values of headers can have characters of Latin-1 only.") from None

    def timed_out(self, *, maybe_done: bool) -> APIConnectionTimeoutError:
        message = f"{self.name} got no response within {self.timeout:g} s"
        return APIConnectionTimeoutError(message, maybe_done=maybe_done)

    def unreachable(self, cause: BaseException) -> APIConnectionError:
        """The connection was never made, so that nothing can have been done."""
        cure = "Is the platform running (npm start)? Its address is the option base_url or MEINGPT_BASE_URL."
        message = f"{self.base_url.origin} can't be reached ({_told(cause)}). {cure}"
        return APIConnectionError(message, maybe_done=False)

    def cut(self, cause: BaseException) -> APIConnectionError:
        return APIConnectionError(f"{self.name}: the connection failed ({_told(cause)})", maybe_done=True)


def _checked(header: tuple[str, str]) -> tuple[str, str]:
    name, value = header
    if not _HEADER_NAME.fullmatch(name) or not isinstance(value, str) or _CONTROL.search(value):
        raise UsageError(f"This is no header: {name!r}. Names and values are texts without control characters.")
    if name.lower() in _OURS:
        raise UsageError(f"The SDK itself sets the header {name}.")
    return name, value


def _told(cause: BaseException) -> str:
    return str(cause) or type(cause).__name__


@dataclass(frozen=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    headers: Headers
    body: bytes

    @property
    def is_event_stream(self) -> bool:
        """Whether its body comes as events happen."""
        return self.status == 200 and (self.headers.get("content-type") or "").startswith(EVENT_STREAM)
