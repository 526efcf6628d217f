"""Waiting for the end of an execution."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, TypedDict

from .._errors import ExecutionFailedError, UsageError, WaitTimeoutError
from .._http.call import Call
from .._http.flow import Flow, sleep
from .._http.transport import Transport
from ..types import Execution, ExecutionAccepted
from .calls import read

_FIRST_POLL_S = 0.25
_LONGEST_POLL_S = 5.0
"""An organisation has 1,000 calls an hour: whoever waits for hours must not use them up."""
_LONGEST_WAIT_S = 60
"""The longest that the API waits."""
_DEFAULT_TIMEOUT_S = 300.0
_ENDS = ("completed", "failed", "cancelled")


class WaitOptions(TypedDict, total=False):
    """How to wait for the end of an execution."""

    timeout: float
    """Seconds until WaitTimeoutError. By default 300."""
    poll_interval: float
    """Seconds between reads, instead of 0.25 that double up to 5. With it, `execute_and_wait` reads at once."""
    raise_on_failure: bool
    """Whether an execution that fails or is cancelled is raised as ExecutionFailedError."""
    on_update: Callable[[Execution], object]
    """Called with each state that is read, the last included. With it, `execute_and_wait` reads at once."""


def wait_for_execution(transport: Transport, execution_id: str, options: WaitOptions) -> Flow[Execution]:
    """Reads an execution until it has ended."""
    return (yield from _read_until_ended(transport, execution_id, options, _deadline(transport, options)))


def start_and_wait(
    transport: Transport, start: Call[Execution | ExecutionAccepted], options: WaitOptions
) -> Flow[Execution]:
    """
    Starts an execution under a key and waits for its end.

    As long as the API waits, the start is repeated under its key, which starts nothing; else the execution is read as
    `wait_for_execution` does, and so it is for who wants to see it in between.
    """
    deadline = _deadline(transport, options)
    may_wait = "poll_interval" not in options and "on_update" not in options
    while True:
        seconds = min(int(deadline - transport.clock.monotonic()), _LONGEST_WAIT_S)
        wait = seconds if may_wait and seconds > 0 else None
        result, answer = yield from transport.answered(replace(start, wait=wait))
        if isinstance(result, Execution) and result.status in _ENDS:
            return _outcome(result, options)
        if wait is None or answer.headers.get("preference-applied") is None:
            return (yield from _read_until_ended(transport, result.id, options, deadline))


def _deadline(transport: Transport, options: WaitOptions) -> float:
    timeout = options.get("timeout", _DEFAULT_TIMEOUT_S)
    if not (timeout >= 0 and options.get("poll_interval", _FIRST_POLL_S) > 0):
        raise UsageError("timeout and poll_interval are positive numbers of seconds.")
    return transport.clock.monotonic() + timeout


def _read_until_ended(
    transport: Transport, execution_id: str, options: WaitOptions, deadline: float
) -> Flow[Execution]:
    interval = options.get("poll_interval", _FIRST_POLL_S)
    while True:
        execution = yield from transport.call(read(execution_id))
        if "on_update" in options:
            options["on_update"](execution)
        if execution.status in _ENDS:
            return _outcome(execution, options)
        left = deadline - transport.clock.monotonic()
        if left <= 0:
            raise WaitTimeoutError(execution, options.get("timeout", _DEFAULT_TIMEOUT_S))
        yield from sleep(min(interval, left))
        if "poll_interval" not in options:
            interval = min(interval * 2, _LONGEST_POLL_S)


def _outcome(execution: Execution, options: WaitOptions) -> Execution:
    if options.get("raise_on_failure") and execution.status != "completed":
        raise ExecutionFailedError(execution)
    return execution
