"""Waiting for the end of an execution."""

from __future__ import annotations

from typing import Callable, TypedDict

from .._errors import ExecutionFailedError, UsageError, WaitTimeoutError
from .._http.flow import Flow, sleep
from .._http.transport import Transport
from ..types import Execution
from .calls import read

_FIRST_POLL_S = 0.25
_LONGEST_POLL_S = 5.0
"""An organisation has 1,000 calls an hour: whoever waits for hours must not use them up."""
_DEFAULT_TIMEOUT_S = 300.0
_ENDS = ("completed", "failed", "cancelled")


class WaitOptions(TypedDict, total=False):
    """How to wait for the end of an execution."""

    timeout: float
    """Seconds until WaitTimeoutError. By default 300."""
    poll_interval: float
    """Seconds between reads, instead of 0.25 that double up to 5."""
    raise_on_failure: bool
    """Whether an execution that fails or is cancelled is raised as ExecutionFailedError."""
    on_update: Callable[[Execution], object]
    """Called with each state that is read, the last included."""


def wait_for_execution(transport: Transport, execution_id: str, options: WaitOptions) -> Flow[Execution]:
    """Reads an execution until it has ended."""
    timeout = options.get("timeout", _DEFAULT_TIMEOUT_S)
    interval = options.get("poll_interval", _FIRST_POLL_S)
    if not (timeout >= 0 and interval > 0):
        raise UsageError("timeout and poll_interval are positive numbers of seconds.")
    deadline = transport.clock.monotonic() + timeout
    while True:
        execution = yield from transport.call(read(execution_id))
        if "on_update" in options:
            options["on_update"](execution)
        if execution.status in _ENDS:
            if options.get("raise_on_failure") and execution.status != "completed":
                raise ExecutionFailedError(execution)
            return execution
        left = deadline - transport.clock.monotonic()
        if left <= 0:
            raise WaitTimeoutError(execution, timeout)
        yield from sleep(min(interval, left))
        if "poll_interval" not in options:
            interval = min(interval * 2, _LONGEST_POLL_S)
