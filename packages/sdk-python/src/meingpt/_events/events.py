"""`client.events`, of both clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._http.call import Call
from .._http.runner import AsyncRunner, Runner
from ..types import OrganisationEvent
from .stream import AsyncEventStream, EventStream

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import StreamEventsQuery


def _stream(query: Mapping[str, Any]) -> Call[OrganisationEvent]:
    return Call("GET", "/events", OrganisationEvent, query=query)


class Events:
    """`client.events`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def stream(self, *, last_event_id: str = "", **query: Unpack[StreamEventsQuery]) -> EventStream[OrganisationEvent]:
        """What happens in the organisation from now on, or behind `last_event_id`, until you leave the loop."""
        return EventStream(self._runner, _stream(query), last_event_id)


class AsyncEvents:
    """`client.events`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def stream(
        self, *, last_event_id: str = "", **query: Unpack[StreamEventsQuery]
    ) -> AsyncEventStream[OrganisationEvent]:
        """What happens in the organisation from now on, or behind `last_event_id`, until you leave the loop."""
        return AsyncEventStream(self._runner, _stream(query), last_event_id)
