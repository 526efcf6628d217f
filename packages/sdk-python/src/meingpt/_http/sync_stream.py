"""One answer of the synchronous client that stays open."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .headers import Headers
from .message import Answer, Request
from .sync_attempt import connect

_PIECE_BYTES = 64 * 1024


class OpenedStream:
    """An answer whose body is still to come."""

    def __init__(self, response: http.client.HTTPResponse, request: Request) -> None:
        self.request = request
        self._response = response
        self.answer = Answer(response.status, Headers(response.getheaders()), b"")
        if not self.answer.is_event_stream:
            self.answer = Answer(self.answer.status, self.answer.headers, response.read())

    def pieces(self) -> Iterator[bytes]:
        """Its body, as it comes."""
        while True:
            piece = self._response.read1(_PIECE_BYTES)
            if not piece:
                return
            yield piece


@contextmanager
def open_stream(request: Request) -> Iterator[OpenedStream]:
    """
    Sends a request once; the body of an answer that is no stream is read at once. The time limit is of every silence.

    Raises APIConnectionTimeoutError, APIConnectionError, UsageError, also from within.
    """
    payload = request.encoded()
    try:
        connection = connect(request, time.monotonic() + request.timeout)
    except socket.timeout as cause:
        raise request.timed_out(maybe_done=False) from cause
    except (OSError, UnicodeError) as cause:
        raise request.unreachable(cause) from cause
    with connection:
        try:
            connection.settimeout(request.timeout)
            connection.sendall(payload)
            with http.client.HTTPResponse(connection, method=request.method) as response:
                response.begin()
                yield OpenedStream(response, request)
        except socket.timeout as cause:
            raise request.timed_out(maybe_done=True) from cause
        except (OSError, http.client.HTTPException) as cause:
            raise request.cut(cause) from cause
