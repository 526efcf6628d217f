"""Streams of events that go on by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Callable, Generic, TypeVar

from .._errors import APIConnectionError, APIError
from .._http import async_stream, sync_stream
from .._http.call import Call
from .._http.runner import AsyncRunner, Runner
from .._model import Model
from .progress import Progress

T = TypeVar("T", bound=Model)


def never(_event: dict[str, Any]) -> bool:
    """For streams without a last event."""
    return False


class EventStream(Generic[T]):
    """
    Events as they happen: `for event in stream`.

    When the stream is cut or ends before its time it is opened again, and goes on behind the last event: none is
    missing and none comes twice. What a service of the server has sent again after a crash is another event, with the
    same `data.id`. A loop that is left early closes its connection.
    """

    def __init__(
        self, runner: Runner, call: Call[T], last_event_id: str, is_last: Callable[[dict[str, Any]], bool] = never
    ) -> None:
        self._runner = runner
        self._progress = Progress(runner.transport, call, last_event_id, is_last)

    @property
    def last_event_id(self) -> str:
        """Behind which event another stream would go on; empty before the first."""
        return self._progress.last_event_id

    def __iter__(self) -> Iterator[T]:
        """Raises APIError, APIConnectionError, UsageError."""
        progress = self._progress
        while not progress.is_over:
            error: APIError | APIConnectionError | None = None
            try:
                with sync_stream.open_stream(progress.request()) as opened:
                    if not progress.transport.is_stream(opened):
                        return
                    for piece in opened.pieces():
                        yield from progress.take(piece)
                        if progress.is_over:
                            return
            except (APIError, APIConnectionError) as failure:
                error = failure
            self._runner.sleep(progress.pause(error))


class AsyncEventStream(Generic[T]):
    """
    Events as they happen: `async for event in stream`. It goes on by itself, as `EventStream` does.

    A task that is cancelled closes its connection; so does a loop that is left early, once its iterator is closed.
    """

    def __init__(
        self, runner: AsyncRunner, call: Call[T], last_event_id: str, is_last: Callable[[dict[str, Any]], bool] = never
    ) -> None:
        self._runner = runner
        self._progress = Progress(runner.transport, call, last_event_id, is_last)

    @property
    def last_event_id(self) -> str:
        """Behind which event another stream would go on; empty before the first."""
        return self._progress.last_event_id

    async def __aiter__(self) -> AsyncIterator[T]:
        """Raises APIError, APIConnectionError, UsageError."""
        progress = self._progress
        while not progress.is_over:
            error: APIError | APIConnectionError | None = None
            try:
                async with async_stream.open_stream(progress.request()) as opened:
                    if not progress.transport.is_stream(opened):
                        return
                    async for piece in opened.pieces():
                        for event in progress.take(piece):
                            yield event
                        if progress.is_over:
                            return
            except (APIError, APIConnectionError) as failure:
                error = failure
            await self._runner.sleep(progress.pause(error))
