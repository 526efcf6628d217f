"""One answer of the asynchronous client that stays open."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from .async_attempt import MOST_HEAD_BYTES, parse_head, read_body
from .headers import Headers
from .message import Answer, Request

T = TypeVar("T")

_PIECE_BYTES = 64 * 1024


class AsyncOpenedStream:
    """An answer whose body is still to come."""

    def __init__(self, reader: asyncio.StreamReader, request: Request, answer: Answer) -> None:
        self.request = request
        self.answer = answer
        self._reader = reader

    async def pieces(self) -> AsyncIterator[bytes]:
        """Its body, as it comes."""
        if self.answer.headers.get("transfer-encoding", "").lower() != "chunked":
            while piece := await self._within(self._reader.read(_PIECE_BYTES)):
                yield piece
            return
        while True:
            line = await self._within(self._reader.readuntil(b"\r\n"))
            size = int(line.partition(b";")[0], 16)
            if size == 0:
                return
            yield (await self._within(self._reader.readexactly(size + 2)))[:size]

    async def _within(self, reading: Awaitable[T]) -> T:
        return await within(reading, self.request)


async def within(reading: Awaitable[T], request: Request) -> T:
    """What is read, within the time limit. Raises APIConnectionTimeoutError."""
    task = asyncio.ensure_future(reading)
    try:
        # As in `attempt`.
        await asyncio.wait({task}, timeout=request.timeout)
        if not task.done():
            raise request.timed_out(maybe_done=True)
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def open_stream(request: Request) -> AsyncIterator[AsyncOpenedStream]:
    """
    Sends a request once; the body of an answer that is no stream is read at once. The time limit is of every silence.

    Raises APIConnectionTimeoutError, APIConnectionError, UsageError, also from within.
    """
    payload = request.encoded()
    base = request.base_url
    tls = request.ssl_context
    opening = asyncio.open_connection(
        base.host, base.port, ssl=tls, server_hostname=base.host if tls else None, limit=MOST_HEAD_BYTES
    )
    try:
        reader, writer = await within(opening, request)
    except (OSError, UnicodeError) as cause:
        raise request.unreachable(cause) from cause
    try:
        writer.write(payload)
        status, headers = 100, Headers([])
        while status < 200:
            status, headers = parse_head(await within(reader.readuntil(b"\r\n\r\n"), request))
        answer = Answer(status, headers, b"")
        if not answer.is_event_stream:
            answer = Answer(status, headers, await within(read_body(reader, status, headers), request))
        yield AsyncOpenedStream(reader, request, answer)
    except (OSError, EOFError, ValueError, http.client.HTTPException, asyncio.LimitOverrunError) as cause:
        raise request.cut(cause) from cause
    finally:
        writer.transport.abort()
