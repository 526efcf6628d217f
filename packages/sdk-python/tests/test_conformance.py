"""The cases of `packages/sdk-conformance`, over real sockets, by both clients. What they mean is in its README."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conftest import CONFORMANCE, ReplayServer
from driver import CALLS, OFFLINE, make, make_with_response, told
from meingpt import AsyncWorkflowClient, WorkflowClient, WorkflowClientError
from skipping_clock import AsyncSkippingClock, SkippingClock

CASES: list[dict[str, Any]] = [
    case for file in sorted((CONFORMANCE / "cases").glob("*.json")) for case in json.loads(file.read_text("utf-8"))
]
IDS = [case["name"] for case in CASES]


def options_of(case: dict[str, Any], base_url: str) -> dict[str, Any]:
    settings = {"api_key": "mr_test", "base_url": base_url, **case.get("client", {})}
    if "timeout_ms" in settings:
        settings["timeout"] = settings.pop("timeout_ms") / 1000
    return settings


def test_every_call_of_the_cases_is_one_of_this_sdk() -> None:
    assert len(CASES) >= 120
    assert {case["call"]["method"] for case in CASES} == set(CALLS)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_synchronous_client(case: dict[str, Any], replay: ReplayServer) -> None:
    clock = SkippingClock()
    hold_against(case, WorkflowClient(clock=clock, **options_of(case, replay.base_url)), clock, replay)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_asynchronous_client(case: dict[str, Any], replay: ReplayServer) -> None:
    clock = AsyncSkippingClock()
    hold_against(case, AsyncWorkflowClient(clock=clock, **options_of(case, replay.base_url)), clock, replay)


def hold_against(case: dict[str, Any], client: Any, clock: SkippingClock, replay: ReplayServer) -> None:
    expected = case["result"]
    replay.begin(case["wire"])
    value: Any = None
    response: dict[str, Any] = {}
    error: dict[str, Any] | None = None
    # An iteration has no one answer, and what is not sent has none.
    raw = "error" not in expected and "take" not in case["call"] and case["call"]["method"] not in OFFLINE
    try:
        if raw:
            value, response = asyncio.run(make_with_response(client, case["call"]))
        else:
            value = asyncio.run(make(client, case["call"]))
    except WorkflowClientError as raised:
        error = told(raised)
    assert replay.end() == []
    if "error" in expected:
        part = expected["error"].get("message_contains", "")
        members = {name: of for name, of in expected["error"].items() if name != "message_contains"}
        assert error is not None
        assert {name: error.get(name) for name in members} == members
        assert part in error["message"]
    else:
        assert (error, value) == (None, expected["value"])
    answered = dict(expected.get("response", {}))
    headers = answered.pop("headers", {})
    assert {name: response.get(name) for name in answered} == answered
    assert {name: response["headers"].get(name) for name in headers} == headers
    if "waits" in case:
        hold_waits(clock.waits, case["waits"])


def hold_waits(waits: list[float], expected: list[Any]) -> None:
    asked = [round(seconds * 1000) for seconds in waits]
    assert len(asked) == len(expected)
    for milliseconds, wait in zip(asked, expected):
        if isinstance(wait, int):
            assert milliseconds == wait
        else:
            assert wait["at_least"] <= milliseconds <= wait["at_most"]
