"""Settings of a client, from its options and the environment."""

from __future__ import annotations

import logging
import os
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from ._errors import UsageError
from ._http.base_url import BaseURL
from ._json import ParseFloat

DEFAULT_BASE_URL = "http://localhost:3000/v1"
"""The local platform: an SDK for self-hosters must never send a key to somebody else's host by default."""


class ClientOptions(TypedDict, total=False):
    """Options of a client; each has a default."""

    api_key: str | None
    """The API token. By default `MEINGPT_API_KEY`."""
    base_url: str | None
    """The address of the API with its version. By default `MEINGPT_BASE_URL`, else `http://localhost:3000/v1`."""
    timeout: float
    """The time limit of one attempt, in seconds. By default 60."""
    max_retries: int
    """How often a call is repeated at most. By default 2."""
    repeat_writes: bool
    """Whether also writes that may have been carried out and are no starts are repeated. By default they are."""
    headers: Mapping[str, str]
    """Sent with each call."""
    webhook_secret: str | None
    """The secret of `webhooks.unwrap` and `webhooks.verify`. By default `MEINGPT_WEBHOOK_SECRET`."""
    parse_float: ParseFloat
    """Makes a value of the digits of a number with decimals: `decimal.Decimal` keeps them all. By default `float`."""
    ssl_context: ssl.SSLContext | None
    """How certificates are checked, as for a private authority. By default as Python does."""


class CallOptions(TypedDict, total=False):
    """Options of some calls, for `with_options`."""

    timeout: float
    """The time limit of one attempt, in seconds."""
    max_retries: int
    """How often a call is repeated at most."""
    headers: Mapping[str, str]
    """Sent in addition to those of the client; these win."""


@dataclass(frozen=True)
class Settings:
    """Options that were checked, with their defaults filled in."""

    base_url: BaseURL
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    max_retries: int = 2
    repeat_writes: bool = True
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    parse_float: ParseFloat = float
    ssl_context: ssl.SSLContext | None = None
    """None for http."""

    def __post_init__(self) -> None:
        if not self.timeout > 0:
            raise UsageError(f"timeout is a number of seconds above 0, not {self.timeout!r}.")
        if self.max_retries < 0:
            raise UsageError(f"max_retries is 0 or more, not {self.max_retries!r}.")


def settings_from(options: ClientOptions) -> Settings:
    """
    The settings of a client.

    Raises UsageError when the base URL, a number, or `MEINGPT_LOG` is not one.
    """
    _log_as(os.environ.get("MEINGPT_LOG") or None)
    given = {name: value for name, value in options.items() if value is not None}
    from_environment = {
        "api_key": os.environ.get("MEINGPT_API_KEY") or None,
        "base_url": os.environ.get("MEINGPT_BASE_URL") or DEFAULT_BASE_URL,
        "webhook_secret": os.environ.get("MEINGPT_WEBHOOK_SECRET") or None,
    }
    merged = {**from_environment, **given}
    base_url = BaseURL.parse(str(merged["base_url"]))
    tls = (options.get("ssl_context") or ssl.create_default_context()) if base_url.secure else None
    return Settings(**{**merged, "base_url": base_url, "ssl_context": tls})  # type: ignore[arg-type]


_LEVELS = {"debug": logging.DEBUG, "warn": logging.WARNING}


def _log_as(level: str | None) -> None:
    """What `MEINGPT_LOG` asks for, on standard error; a program that configures logging itself needs none of it."""
    if level is None:
        return
    if level not in _LEVELS:
        raise UsageError(f"MEINGPT_LOG is debug or warn, not {level!r}.")
    logger = logging.getLogger("meingpt")
    logger.setLevel(_LEVELS[level])
    if not logger.hasHandlers():
        logger.addHandler(logging.StreamHandler(sys.stderr))
