"""Reads streams of server-sent events."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """What a stream sends at once: an event, or only where it has come to."""

    id: str
    """Of the last event so far; empty before the first."""
    data: str | None
    """None when no event came."""


class EventParser:
    """Takes a stream in whatever pieces it comes."""

    def __init__(self, last_event_id: str) -> None:
        self.retry: float | None = None
        """How many seconds the server asks to wait before another stream is opened."""
        self._id = last_event_id
        self._data: list[str] = []
        self._is_moved = False
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, piece: bytes) -> list[Message]:
        """The messages that are whole with this piece."""
        *lines, self._rest = (self._rest + self._decoder.decode(piece)).split("\n")
        messages = [self._take(line[:-1] if line.endswith("\r") else line) for line in lines]
        return [message for message in messages if message is not None]

    def _take(self, line: str) -> Message | None:
        if not line:
            return self._end()
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "data":
            self._data.append(value)
        elif name == "id":
            self._id, self._is_moved = value, True
        elif name == "retry" and re.fullmatch("[0-9]{1,6}", value):
            self.retry = int(value) / 1000
        return None

    def _end(self) -> Message | None:
        message = Message(self._id, "\n".join(self._data) if self._data else None)
        is_said = self._is_moved or message.data is not None
        self._data, self._is_moved = [], False
        return message if is_said else None
