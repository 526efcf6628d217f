"""Carries calls out, one class for each kind of client."""

from __future__ import annotations

from typing import TypeVar

from .._clock import AsyncClock, Clock
from . import async_attempt, sync_attempt
from .call import Call
from .flow import Flow, run, run_async
from .transport import Transport

T = TypeVar("T")


class Runner:
    def __init__(self, transport: Transport, clock: Clock) -> None:
        self.transport = transport
        self._clock = clock

    def run(self, flow: Flow[T]) -> T:
        return run(flow, sync_attempt.attempt, self._clock)

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def call(self, call: Call[T]) -> T:
        return self.run(self.transport.call(call))


class AsyncRunner:
    def __init__(self, transport: Transport, clock: AsyncClock) -> None:
        self.transport = transport
        self._clock = clock

    async def run(self, flow: Flow[T]) -> T:
        return await run_async(flow, async_attempt.attempt, self._clock)

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    async def call(self, call: Call[T]) -> T:
        return await self.run(self.transport.call(call))
