"""How far a stream has come: what is the same for both clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, Generic, TypeVar

from .._errors import APIConnectionError, APIError
from .._http.call import Call
from .._http.message import Request
from .._http.retry import retry_delay
from .._http.transport import Transport
from .._model import Model
from .parser import EventParser

T = TypeVar("T", bound=Model)

MOST_FAILURES = 10
"""Attempts in a row that may fail without a message between them; some 50 seconds."""
_PAUSE_S = 1.0
"""Between the end of a stream and the next one, where the server asks for nothing else."""


class Progress(Generic[T]):
    """Which events have come, and what to do when the stream is cut."""

    def __init__(
        self, transport: Transport, call: Call[T], last_event_id: str, is_last: Callable[[dict[str, Any]], bool]
    ) -> None:
        self.transport = transport
        self.last_event_id = last_event_id
        self.is_over = False
        """Nothing comes any more."""
        self._call = call
        self._is_last = is_last
        self._failures = 0
        self._parser = EventParser(last_event_id)

    def request(self) -> Request:
        """The request for another stream, behind the last event. Raises UsageError."""
        self._parser = EventParser(self.last_event_id)
        return self.transport.stream_request(self._call, self.last_event_id)

    def take(self, piece: bytes) -> Iterator[T]:
        """
        The events that are whole with this piece; none behind the last one.

        The place is that of the event that was yielded: whoever leaves in the middle goes on behind what he has had.
        """
        for message in self._parser.push(piece):
            self._failures = 0
            if message.data is None:
                self.last_event_id = message.id
                continue
            body = self.transport.parse(message.data)
            event = self._call.parse(body)
            self.last_event_id = message.id
            yield event
            self.is_over = self._is_last(body)
            if self.is_over:
                return

    def pause(self, error: APIError | APIConnectionError | None) -> float:
        """How many seconds to wait before another stream is opened. Raises the error when that does not help."""
        if error is None:
            return _PAUSE_S if self._parser.retry is None else self._parser.retry
        delay = retry_delay(error, self._failures, repeatable=True) if self._failures < MOST_FAILURES else None
        if delay is None:
            raise error
        self._failures += 1
        return delay
