"""One attempt of the synchronous client, over `http.client`'s parser."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from typing import Any, cast

from .headers import Headers
from .message import Answer, Request


def attempt(request: Request) -> Answer:
    """
    Sends a request once and reads the whole answer.

    The time limit is of all of it: a server that sends a byte now and then does not lengthen it. Only the look-up of
    the host's name is not bounded by it, since the system's resolver cannot be interrupted.

    Raises APIConnectionTimeoutError, APIConnectionError, UsageError.
    """
    payload = request.encoded()
    deadline = time.monotonic() + request.timeout
    try:
        connection = connect(request, deadline)
    except socket.timeout as cause:
        raise request.timed_out(maybe_done=False) from cause
    except (OSError, UnicodeError) as cause:
        raise request.unreachable(cause) from cause
    with connection:
        try:
            return _exchange(connection, request.method, payload, deadline)
        except socket.timeout as cause:
            raise request.timed_out(maybe_done=True) from cause
        except (OSError, http.client.HTTPException) as cause:
            raise request.cut(cause) from cause


def connect(request: Request, deadline: float) -> socket.socket:
    """Like `socket.create_connection`, which would give each address of the host the whole time."""
    base = request.base_url
    failure: OSError | None = None
    for family, kind, protocol, _name, address in socket.getaddrinfo(base.host, base.port, 0, socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_left(deadline))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = request.ssl_context
            return tls.wrap_socket(connection, server_hostname=base.host) if tls else connection
        except OSError as cause:
            connection.close()
            failure = cause
        except BaseException:
            connection.close()
            raise
    raise failure or OSError(f"{base.host} has no address")


def _exchange(connection: socket.socket, method: str, payload: bytes, deadline: float) -> Answer:
    connection.settimeout(_left(deadline))
    # It may have refused the body by an answer, which is then there to be read.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(payload)
    source = cast(Any, _Source(_Stream(_BoundedReader(connection, deadline))))
    while True:
        with http.client.HTTPResponse(source, method=method) as response:
            response.begin()
            if response.status >= 200:  # Before the answer there may be others that only say that it will come.
                return Answer(response.status, Headers(response.getheaders()), response.read())


class _Stream(io.BufferedReader):
    """Is not closed by the responses that read from it: there may be several."""

    def close(self) -> None:
        pass


class _Source:
    """The part of a socket that `HTTPResponse` uses."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def makefile(self, _mode: str) -> _Stream:
        return self._stream


class _BoundedReader(io.RawIOBase):
    """Reads of a socket that end at one time all together: its own time limit is of each read."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout("the time is over")
    return left
