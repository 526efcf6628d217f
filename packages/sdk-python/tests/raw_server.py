"""A server whose every byte a test decides."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from typing import Callable

Serve = Callable[[socket.socket, bytes], None]

OK = b'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"id":"a"}'


class RawServer:
    """
    Calls `serve` for each connection, in a thread of its own, with the head of its request.

    `requests` are the heads that came, `arrived` is set with the first. `client_left` is set when a client ended a
    connection that `serve` left open.
    """

    def __init__(self, serve: Serve, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.arrived = threading.Event()
        self.client_left = threading.Event()
        self._serve = serve
        self._tls = tls
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> RawServer:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        # Wakes the thread that accepts; closing alone does not.
        socket.create_connection(self._listener.getsockname()).close()
        self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            connection, _address = self._listener.accept()
            if self._stopping:
                connection.close()
                return
            thread = threading.Thread(target=self._handle, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _handle(self, plain: socket.socket) -> None:
        plain.settimeout(60)
        with plain, contextlib.suppress(OSError):
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with connection:
                self._talk(connection)
        self.client_left.set()

    def _talk(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            if not part:
                return
            head += part
        self.requests.append(head)
        self.arrived.set()
        self._serve(connection, head)
        while connection.recv(65536):
            pass


def answers(*texts: bytes) -> Serve:
    """Serves these one after another, and the last again and again."""
    left = list(texts)

    def serve(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])
        connection.shutdown(socket.SHUT_WR)

    return serve


def silent(_connection: socket.socket, _head: bytes) -> None:
    """Says nothing and keeps the connection open."""


def leaving(answer: bytes) -> Serve:
    """Responds, and closes the connection without having read the body."""

    def serve(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(answer)
        connection.close()

    return serve


def dripping(connection: socket.socket, _head: bytes) -> None:
    """Begins an answer and adds a byte every 20 ms; ends it after ten seconds, so that no client waits for ever."""
    pause = threading.Event()
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 502\r\n\r\n{}")
    for _ in range(500):
        pause.wait(0.02)
        connection.sendall(b" ")


def free_base_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
