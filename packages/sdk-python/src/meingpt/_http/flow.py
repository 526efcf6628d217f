"""
What a call does, without doing it.

Retries, waiting and pages are the same for both clients. They are written once, as generators that yield what is to be
done (send this request, wait so long) and get what came of it; a client of each kind does it in its way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from dataclasses import dataclass
from typing import Any, Callable, TypeVar, Union

from .._clock import AsyncClock, Clock
from .message import Answer, Request

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    request: Request


@dataclass(frozen=True)
class Sleep:
    seconds: float


Effect = Union[Send, Sleep]
Flow = Generator[Effect, Any, T]


def send(request: Request) -> Flow[Answer]:
    """The answer of one attempt; raises APIConnectionError."""
    answer: Answer = yield Send(request)
    return answer


def sleep(seconds: float) -> Flow[None]:
    yield Sleep(seconds)


def run(flow: Flow[T], attempt: Callable[[Request], Answer], clock: Clock) -> T:
    """Does what a flow asks for, and returns its result."""

    try:
        effect = next(flow)
        while True:
            try:
                result = None
                if isinstance(effect, Send):
                    result = attempt(effect.request)
                else:
                    clock.sleep(effect.seconds)
            except BaseException as error:
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def run_async(flow: Flow[T], attempt: Callable[[Request], Awaitable[Answer]], clock: AsyncClock) -> T:
    """Does what a flow asks for, and returns its result; a cancellation ends it where it is."""
    try:
        effect = next(flow)
        while True:
            try:
                result = None
                if isinstance(effect, Send):
                    result = await attempt(effect.request)
                else:
                    await clock.sleep(effect.seconds)
            except BaseException as error:
                effect = flow.throw(error)
            else:
                effect = flow.send(result)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
