"""A clock of tests, whose waits are over at once."""

from __future__ import annotations


class SkippingClock:
    """A clock that begins at 0, returns at once from a wait and is later by it."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


class AsyncSkippingClock(SkippingClock):
    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        super().sleep(seconds)
