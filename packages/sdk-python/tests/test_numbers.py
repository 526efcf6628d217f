"""Numbers of more digits than a float has."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from meingpt import UsageError, WorkflowClient, _json
from meingpt._http.call import Call, anything
from raw_server import RawServer, answers

TEXT = b'{"type":"completed","output":[0.1234567890123456789,9007199254740993,1e400,1.5]}'
ROUNDED = [0.12345678901234568, 9007199254740993, float("inf"), 1.5]
EXACT = [Decimal("0.1234567890123456789"), 9007199254740993, Decimal("1e400"), Decimal("1.5")]
HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: "


def read_by(**options: Any) -> list[Any]:
    """What an answer, an event and a delivery hold for a client with these options."""
    answer = HEAD + b"application/json\r\n\r\n" + TEXT
    event = HEAD + b"text/event-stream\r\n\r\nid: 1-0\ndata: " + TEXT + b"\n\n"
    with RawServer(answers(answer, event)) as server:
        client = WorkflowClient(api_key="k", base_url=server.base_url, webhook_secret="s", **options)
        read = client.request("GET", "/executions/exec_1")
        events = [each.to_dict() for each in client.executions.events("exec_1")]
    delivered = client.webhooks.unwrap(TEXT, {"x-webhook-signature": client.webhooks.sign(TEXT)})
    return [each["output"] for each in (read, *events, delivered)]


def test_decimals_are_floats_unless_something_else_is_asked_for() -> None:
    assert read_by() == [ROUNDED] * 3


def test_decimals_keep_all_digits_in_answers_events_and_deliveries() -> None:
    assert read_by(parse_float=Decimal) == [EXACT] * 3


def sent(body: Any) -> str:
    return (Call("POST", "/x", anything, body=body).encoded_body() or b"").decode()


def test_decimals_are_sent_with_all_their_digits_and_texts_as_they_are() -> None:
    assert sent({"input": [*EXACT, "0.1", 0.1, {"1e400": Decimal("-0.10")}]}) == (
        '{"input":[0.1234567890123456789,9007199254740993,1E+400,1.5,"0.1",0.1,{"1e400":-0.10}]}'
    )
    assert json.loads(sent(EXACT), parse_float=Decimal) == EXACT


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-sNaN"])
def test_a_decimal_that_is_no_number_is_not_sent(text: str) -> None:
    with pytest.raises(UsageError):
        sent([Decimal(text)])


def test_a_number_that_a_decimal_cannot_hold_stops_nobody() -> None:
    assert _json.read('{"n": 1e99999999999999999999, "m": 0.1}', Decimal) == {"n": float("inf"), "m": Decimal("0.1")}
