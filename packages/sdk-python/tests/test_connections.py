"""What both clients make of connections, beyond the cases of `packages/sdk-conformance`."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from pathlib import Path
from typing import Any, Callable

import pytest

from meingpt import (
    APIConnectionError,
    APIConnectionTimeoutError,
    APIError,
    AsyncWorkflowClient,
    UsageError,
    WorkflowClient,
)
from raw_server import OK, RawServer, answers, dripping, free_base_url, leaving, silent
from skipping_clock import AsyncSkippingClock, SkippingClock

Get = Callable[..., Any]


def get_sync(base_url: str, call: Callable[[Any], Any] | None = None, **options: Any) -> tuple[Any, SkippingClock]:
    clock = SkippingClock()
    client = WorkflowClient(api_key="secret-key", base_url=base_url, clock=clock, **options)
    return (call(client) if call else client.request("GET", "/workflows/wf_1")), clock


def get_async(base_url: str, call: Callable[[Any], Any] | None = None, **options: Any) -> tuple[Any, SkippingClock]:
    clock = AsyncSkippingClock()
    client = AsyncWorkflowClient(api_key="secret-key", base_url=base_url, clock=clock, **options)
    return asyncio.run(call(client) if call else client.request("GET", "/workflows/wf_1")), clock


both = pytest.mark.parametrize("get", [get_sync, get_async], ids=["sync", "async"])


@both
def test_what_cannot_be_reached_was_not_done_so_that_a_write_is_repeated_and_the_cure_is_named(get: Get) -> None:
    waits: list[float] = []

    def execute(client: Any) -> Any:
        client._clock.waits = waits
        return client.workflows.execute("wf_1")

    with pytest.raises(APIConnectionError, match="npm start.*MEINGPT_BASE_URL") as raised:
        get(free_base_url(), execute)
    assert not raised.value.maybe_done
    assert len(waits) == 2


@both
def test_a_byte_now_and_then_does_not_lengthen_the_time_limit(get: Get) -> None:
    with RawServer(dripping) as server:
        with pytest.raises(APIConnectionTimeoutError) as raised:
            get(server.base_url, timeout=0.3, max_retries=0)
        assert raised.value.maybe_done


def test_an_answer_that_refuses_a_body_before_it_was_sent_is_read() -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\n{}"
    large = "x" * 30_000_000
    with RawServer(leaving(refusal)) as server, pytest.raises(APIError) as raised:
        get_sync(server.base_url, lambda client: client.workflows.execute("wf_1", input=large))
    assert raised.value.status == 413


@both
@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\n{"a\r\n5\r\n": 1}\r\n0\r\nx-trailer: 1\r\n\r\n',
        b'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{"a": 1}',
        b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}',
    ],
    ids=["in chunks", "behind another answer", "until the end of the connection"],
)
def test_an_answer_is_read_however_it_is_framed(get: Get, answer: bytes) -> None:
    with RawServer(answers(answer)) as server:
        assert get(server.base_url)[0] == {"a": 1}


@both
@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"x-long: " + b"x" * 600_000 + b"\r\n\r\n",
    ],
    ids=["no HTTP", "no status", "no chunk", "cut", "endless headers"],
)
def test_an_answer_that_is_none_is_a_connection_error(get: Get, answer: bytes) -> None:
    with RawServer(answers(answer)) as server, pytest.raises(APIConnectionError):
        get(server.base_url, max_retries=0)


@both
def test_a_header_cannot_become_two(get: Get) -> None:
    with RawServer(answers(OK)) as server:
        for headers in ({"x-a": "1\r\nx-b: 2"}, {"x a": "1"}, {"content-length": "0"}, {"x-a": "€"}):
            with pytest.raises(UsageError):
                get(server.base_url, headers=headers)
        with pytest.raises(UsageError):
            get(server.base_url, lambda client: client.request("GET", "/x HTTP/1.1\r\nx-b: 2"))
        assert server.requests == []


@both
def test_the_log_has_neither_the_key_nor_what_is_sent(get: Get, caplog: pytest.LogCaptureFixture) -> None:
    busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\n{}"
    accepted = b'HTTP/1.1 202 Accepted\r\ncontent-length: 16\r\n\r\n{"id": "exec_1"}'
    with caplog.at_level(logging.DEBUG, "meingpt"), RawServer(answers(busy, accepted)) as server:
        get(server.base_url, lambda client: client.workflows.execute("wf_1", input="private"))
    lines = [record.getMessage() for record in caplog.records if record.name == "meingpt"]
    assert len(lines) >= 2
    assert "secret-key" not in "".join(lines) + repr(caplog.records)
    assert "private" not in "".join(lines)


def test_a_cancelled_call_closes_its_connection_at_once_and_is_not_repeated() -> None:
    async def cancelled(server: RawServer) -> None:
        client = AsyncWorkflowClient(api_key="k", base_url=server.base_url)
        task = asyncio.ensure_future(client.workflows.get("wf_1"))
        loop = asyncio.get_running_loop()
        assert await loop.run_in_executor(None, server.arrived.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await loop.run_in_executor(None, server.client_left.wait, 30)

    with RawServer(silent) as server:
        asyncio.run(cancelled(server))
        assert len(server.requests) == 1


def test_a_call_is_cancelled_between_two_attempts_too() -> None:
    class Clock(AsyncSkippingClock):
        begun: asyncio.Event

        async def sleep(self, seconds: float) -> None:  # type: ignore[override]
            self.begun.set()
            await asyncio.Event().wait()

    async def cancelled(base_url: str) -> None:
        clock = Clock()
        clock.begun = asyncio.Event()
        client = AsyncWorkflowClient(api_key="k", base_url=base_url, clock=clock)
        task = asyncio.ensure_future(client.workflows.get("wf_1"))
        await clock.begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    busy = b"HTTP/1.1 503 Busy\r\nretry-after: 60\r\ncontent-length: 2\r\n\r\n{}"
    with RawServer(answers(busy)) as server:
        asyncio.run(cancelled(server.base_url))
        assert len(server.requests) == 1


def test_many_calls_wait_at_the_same_time() -> None:
    """More than a pool of threads has: all must have arrived before one gets its response."""
    many = 100
    arrived: list[int] = []
    all_here = threading.Event()

    def serve(connection: Any, _head: bytes) -> None:
        arrived.append(1)
        if len(arrived) == many:
            all_here.set()
        all_here.wait(60)
        connection.sendall(OK)

    async def calls(base_url: str) -> list[Any]:
        client = AsyncWorkflowClient(api_key="k", base_url=base_url, timeout=30, max_retries=0)
        return await asyncio.gather(*(client.request("GET", "/workflows") for _ in range(many)))

    with RawServer(serve) as server:
        assert asyncio.run(calls(server.base_url)) == [{"id": "a"}] * many


CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""Of 127.0.0.1, signed by itself, and its key; for a hundred years."""


@both
def test_the_certificate_is_checked_by_the_authorities_that_are_given_and_else_by_pythons(get: Get) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    with RawServer(answers(OK), tls) as server:
        assert get(server.base_url, ssl_context=ssl.create_default_context(cafile=str(CERTIFICATE)))[0] == {"id": "a"}
        with pytest.raises(APIConnectionError, match="certificate") as raised:
            get(server.base_url, max_retries=0)
        assert not raised.value.maybe_done
        assert len(server.requests) == 1
