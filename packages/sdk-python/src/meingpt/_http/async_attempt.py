"""
One attempt of the asynchronous client, over asyncio's streams.

Not `http.client` in a thread: a thread that waits for a socket cannot be cancelled, so that a call that was given up
would hold its thread until its time limit, and the event loop's default pool has few.
"""

from __future__ import annotations

import asyncio
import http.client
import io
from dataclasses import dataclass

from .headers import Headers
from .message import Answer, Request

MOST_HEAD_BYTES = 256 * 1024
_WITHOUT_BODY = (204, 304)


@dataclass
class _Progress:
    connected: bool = False


async def attempt(request: Request) -> Answer:
    """
    Sends a request once and reads the whole answer; when the task is cancelled, the connection is closed at once.

    Raises APIConnectionTimeoutError, APIConnectionError, UsageError.
    """
    progress = _Progress()
    exchange = asyncio.ensure_future(_exchange(request, progress))
    try:
        # Not `wait_for`, which before Python 3.12 could lose a cancellation that came together with the answer.
        await asyncio.wait({exchange}, timeout=request.timeout)
        if not exchange.done():
            raise request.timed_out(maybe_done=progress.connected)
        return exchange.result()
    finally:
        exchange.cancel()
        await asyncio.gather(exchange, return_exceptions=True)


async def _exchange(request: Request, progress: _Progress) -> Answer:
    payload = request.encoded()
    base = request.base_url
    tls = request.ssl_context
    try:
        reader, writer = await asyncio.open_connection(
            base.host, base.port, ssl=tls, server_hostname=base.host if tls else None, limit=MOST_HEAD_BYTES
        )
    except (OSError, UnicodeError) as cause:
        raise request.unreachable(cause) from cause
    progress.connected = True
    try:
        # Not drained before it reads: a server may refuse a body by its answer and take no more of it.
        writer.write(payload)
        return await _read_answer(reader)
    except (OSError, EOFError, ValueError, http.client.HTTPException, asyncio.LimitOverrunError) as cause:
        raise request.cut(cause) from cause
    finally:
        writer.transport.abort()


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    status, headers = 100, Headers([])
    while status < 200:  # Before the answer there may be others that only say that it will come.
        status, headers = parse_head(await reader.readuntil(b"\r\n\r\n"))
    return Answer(status, headers, await read_body(reader, status, headers))


def parse_head(head: bytes) -> tuple[int, Headers]:
    line, _, fields = head.partition(b"\r\n")
    protocol, _, rest = line.partition(b" ")
    if not protocol.startswith(b"HTTP/1."):
        raise http.client.BadStatusLine(repr(line[:100]))
    return int(rest[:3]), Headers(http.client.parse_headers(io.BytesIO(fields)).items())


async def read_body(reader: asyncio.StreamReader, status: int, headers: Headers) -> bytes:
    if status in _WITHOUT_BODY:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _read_chunks(reader)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read()


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks = []
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            break
        chunks.append(await reader.readexactly(size))
        await reader.readuntil(b"\r\n")
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # Trailers say nothing that we read.
    return b"".join(chunks)
