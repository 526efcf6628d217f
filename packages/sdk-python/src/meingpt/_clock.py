"""Time as the client uses it between attempts and polls; a test gives another one."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class TimeSource(Protocol):
    def now(self) -> float:
        """Seconds since the epoch."""

    def monotonic(self) -> float:
        """Seconds that never go back, for what lasts."""


class Clock(TimeSource, Protocol):
    def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""


class AsyncClock(TimeSource, Protocol):
    async def sleep(self, seconds: float) -> None:
        """Returns after so many seconds; ends at once when the task is cancelled."""


class SystemClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class AsyncSystemClock:
    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
