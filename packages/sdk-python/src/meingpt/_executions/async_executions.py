"""`client.executions` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Execution, ExecutionSummary
from . import calls
from .waiting import WaitOptions, wait_for_execution

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListExecutionsQuery


class AsyncExecutions:
    """`client.executions`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def get(self, execution_id: str) -> Execution:
        return await self._runner.call(calls.read(execution_id))

    def list(self, **query: Unpack[ListExecutionsQuery]) -> AsyncList[ExecutionSummary]:
        """Newest first: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing("/executions", query), self._runner)

    async def wait(self, execution_id: str, **options: Unpack[WaitOptions]) -> Execution:
        """
        The execution once it has ended, however it ended, unless `raise_on_failure`.

        Raises WaitTimeoutError when it has not ended in time. Cancelling the task ends the wait; the execution runs on.
        """
        return await self._runner.run(wait_for_execution(self._runner.transport, execution_id, options))

    async def get_input(self, execution_id: str) -> Any:
        """The input alone, also when it is too large to be in the execution."""
        return await self._runner.call(calls.read_input(execution_id))

    async def get_output(self, execution_id: str) -> Any:
        """The output alone, also when it is too large to be in the execution."""
        return await self._runner.call(calls.read_output(execution_id))

    async def get_step_output(self, execution_id: str, step_path: str) -> Any:
        """The output of a step run alone; `step_path` is its `path`, such as `loop[3].step`."""
        return await self._runner.call(calls.read_step_output(execution_id, step_path))
