"""The address of the API."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .._errors import UsageError


@dataclass(frozen=True)
class BaseURL:
    """An address such as `http://localhost:3000/v1`, in its parts."""

    text: str
    """Without a slash at its end."""
    secure: bool
    host: str
    port: int
    authority: str
    """Host and port as the header `Host` has them."""
    path: str

    @staticmethod
    def parse(text: str) -> BaseURL:
        """
        The parts of an address.

        Raises UsageError when it is none, or has a query, a fragment, a user or a password.
        """
        try:
            url = urlsplit(text)
            host, port = (url.hostname or "").encode("idna").decode("ascii"), url.port
        except (ValueError, UnicodeError):
            raise _no_address(text) from None
        if url.username or url.password:
            # Not what was given instead: it has a password.
            raise UsageError("The base URL has a user or a password; the API takes a key.")
        extra = url.query or url.fragment
        if url.scheme not in ("http", "https") or not host or extra or not text.isprintable() or " " in text:
            raise _no_address(text)
        default_port = 443 if url.scheme == "https" else 80
        name = f"[{host}]" if ":" in host else host
        return BaseURL(
            text=text.rstrip("/"),
            secure=url.scheme == "https",
            host=host,
            port=port or default_port,
            authority=name if port in (None, default_port) else f"{name}:{port}",
            path=url.path.rstrip("/"),
        )

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.authority}"


def _no_address(text: str) -> UsageError:
    return UsageError(f"The base URL is not an address such as http://localhost:3000/v1: {text!r}")
