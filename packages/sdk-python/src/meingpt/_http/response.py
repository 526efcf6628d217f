"""An answer of the API beside its body."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Generic, TypeVar

from .._errors import UsageError
from .headers import Headers
from .message import Answer

T = TypeVar("T")


@dataclass(frozen=True)
class APIResponse(Generic[T]):
    """A result with the answer it came with."""

    data: T
    status: int
    headers: Headers
    request_id: str | None
    """Names the call in the logs of the platform."""


answers: ContextVar[list[Answer] | None] = ContextVar("answers", default=None)
"""Where successful answers are kept while `with_response` runs a method: of one thread, and of one task."""


def response_of(data: T, kept: list[Answer]) -> APIResponse[T]:
    """The result with the last answer; raises UsageError when the method asked the API nothing."""
    if not kept:
        raise UsageError("with_response is for methods that call the API.")
    last = kept[-1]
    return APIResponse(data, last.status, last.headers, last.headers.get("x-request-id"))
