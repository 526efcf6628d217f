"""Streams that are left before their end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from meingpt import AsyncWorkflowClient, WorkflowClient
from raw_server import RawServer, answers

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"


def stream(*types: str) -> bytes:
    """One piece with all of these events; the first one has the id 1-0."""
    events = [{"id": f"{at}-0", "type": type_} for at, type_ in enumerate(types, start=1)]
    return HEAD + "".join(f"id: {event['id']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def left_in_the_middle(client: Any) -> tuple[str, list[str]]:
    events = client.executions.events("exec_1")
    for _event in events:
        break
    place = events.last_event_id
    return place, [event.type for event in events]


def left_in_the_middle_async(base_url: str) -> tuple[str, list[str]]:
    async def leave() -> tuple[str, list[str]]:
        events = AsyncWorkflowClient(api_key="k", base_url=base_url).executions.events("exec_1")
        async for _event in events:
            break
        place = events.last_event_id
        return place, [event.type async for event in events]

    return asyncio.run(leave())


@pytest.mark.parametrize("is_async", [False, True])
def test_a_loop_that_is_left_in_the_middle_goes_on_behind_the_event_that_it_had(is_async: bool) -> None:
    with RawServer(answers(stream("started", "suspended", "completed"), stream("suspended", "completed"))) as server:
        if is_async:
            place, types = left_in_the_middle_async(server.base_url)
        else:
            place, types = left_in_the_middle(WorkflowClient(api_key="k", base_url=server.base_url))
        requests = server.requests
    assert place == "1-0"
    assert b"last-event-id: 1-0\r\n" in requests[1].lower()
    assert types == ["suspended", "completed"]


def test_a_loop_that_is_left_at_the_last_event_has_nothing_more() -> None:
    with RawServer(answers(stream("completed"), NOTHING)) as server:
        client = WorkflowClient(api_key="k", base_url=server.base_url)
        assert left_in_the_middle(client) == ("1-0", [])
