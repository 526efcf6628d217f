"""A call of the API, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Callable, Generic, TypeVar
from urllib.parse import quote, urlencode

from .._errors import UsageError
from .._json import write

T = TypeVar("T")


class Omitted(Enum):
    """Stands for an argument that was not given, where None is a value."""

    OMITTED = "omitted"

    def __repr__(self) -> str:
        return "…"


OMITTED = Omitted.OMITTED


@dataclass(frozen=True)
class Call(Generic[T]):
    """What is called, and what becomes of the answer."""

    method: str
    path: str
    """Behind the base URL, already encoded."""
    parse: Callable[[Any], T] = field(repr=False)
    """Makes the result of the answer's JSON, which is None without a body."""
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = field(default=OMITTED, repr=False)
    yaml: str | None = field(default=None, repr=False)
    """A body that is sent as YAML, as it is."""
    as_yaml: bool = False
    """The answer is asked for as YAML: `parse` gets its text."""
    as_bytes: bool = False
    """The answer may be anything: `parse` gets its bytes."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    idempotency_key: str | None = None
    """By default a random one. All attempts of the call carry the same."""
    keyed: bool = False
    """A start of an execution, which is repeated whatever `repeat_writes` says."""
    wait: int | None = None
    """For so many seconds the API may wait before it responds; an attempt has so much more time."""
    anonymous: bool = False
    """Sent without the API key."""

    def with_query(self, **changes: Any) -> Call[T]:
        return replace(self, query={**self.query, **changes})

    @property
    def target(self) -> str:
        """Path and query as they are sent."""
        pairs = [(name, _query_text(value)) for name, value in self.query.items() if value is not None]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def encoded_body(self) -> bytes | None:
        """
        The body as it is sent, as JSON unless it is YAML; None without one.

        Raises UsageError for what cannot be sent.
        """
        if self.body is OMITTED and self.yaml is None:
            return None
        try:
            if self.yaml is not None:
                return _yaml_text(self.yaml).encode()
            return write(self.body).encode()
        except UnicodeEncodeError:
            pass  # It holds the whole body, perhaps a secret, and would be the context of an error raised here.
        except (TypeError, ValueError, RecursionError) as cause:
            raise UsageError(f"This cannot be sent as JSON: {cause}") from cause
        kind = "JSON" if self.yaml is None else "YAML"
        raise UsageError(f"This cannot be sent as {kind}: a text in it has half of a character.")


def route(template: str, **ids: str) -> str:
    """
    A path with its ids encoded: `route("/workflows/{workflow_id}", workflow_id=…)`.

    Raises UsageError for an id that is empty or no text: it would call another route.
    """
    for name, value in ids.items():
        if not isinstance(value, str) or value in ("", ".", ".."):
            # Not what was given instead: it can be the secret whose name should be here.
            given = repr(value) if isinstance(value, str) or value is None else type(value).__name__
            raise UsageError(f"{name} must be a text that is not empty, not {given}.")
    try:
        return template.format(**{name: quote(value, safe="!'()*") for name, value in ids.items()})
    except UnicodeEncodeError:
        raise UsageError("An id has half of a character.") from None


def if_match_header(if_match: int | str | None) -> dict[str, str]:
    """The header of a change to a version, given as its number or its `ETag`; no header for None."""
    tag = f'"{if_match}"' if isinstance(if_match, int) else if_match
    return {} if tag is None else {"if-match": tag}


def anything(body: Any) -> Any:
    """For answers that are any JSON."""
    return body


def text(body: str) -> str:
    """For answers that are YAML."""
    return body


def nothing(_body: Any) -> None:
    """For answers without a body."""


def _query_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _yaml_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise UsageError(f"YAML is sent as a text, not as {type(value).__name__}. A mapping needs no YAML.")
