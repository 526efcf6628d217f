"""`client.workflows` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._executions import calls as execution_calls
from .._executions.waiting import WaitOptions
from .._http.call import OMITTED
from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Execution, ExecutionAccepted, ExecutionSummary, Workflow, WorkflowSummary
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListExecutionsOfWorkflowQuery, ListWorkflowsQuery, WorkflowDocument, WorkflowPatch


class AsyncWorkflowExecutions:
    """`client.workflows.executions`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, workflow_id: str, **query: Unpack[ListExecutionsOfWorkflowQuery]) -> AsyncList[ExecutionSummary]:
        """Those of one workflow, newest first."""
        return AsyncList(execution_calls.listing_of_workflow(workflow_id, query), self._runner)

    async def get(self, workflow_id: str, execution_id: str, *, steps: Literal["none"] | None = None) -> Execution:
        return await self._runner.call(execution_calls.read_of_workflow(workflow_id, execution_id, steps))


class AsyncWorkflows:
    """`client.workflows`."""

    executions: AsyncWorkflowExecutions

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner
        self.executions = AsyncWorkflowExecutions(runner)

    async def create(self, *, idempotency_key: str | None = None, **members: Unpack[WorkflowDocument]) -> Workflow:
        """
        Saves a document as a new workflow: its members by name, or `create(**document)` of a mapping.

        Raises BadRequestError, whose `details["issues"]` list every problem of the document.
        """
        return await self._runner.call(calls.create(members, idempotency_key))

    def list(self, **query: Unpack[ListWorkflowsQuery]) -> AsyncList[WorkflowSummary]:
        """Newest first: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def get(self, workflow_id: str) -> Workflow:
        return await self._runner.call(calls.read(workflow_id))

    async def update(
        self,
        workflow_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[WorkflowPatch],
    ) -> Workflow:
        """
        Changes the members of the document that are given; every change makes a new version.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return await self._runner.call(calls.update(workflow_id, members, if_match, idempotency_key))

    async def delete(self, workflow_id: str, *, idempotency_key: str | None = None) -> None:
        """It starts no more; its executions stay readable."""
        return await self._runner.call(calls.delete(workflow_id, idempotency_key))

    async def execute(
        self,
        workflow_id: str,
        *,
        input: Any = OMITTED,
        version: int | None = None,
        label: str | None = None,
        idempotency_key: str | None = None,
    ) -> ExecutionAccepted:
        """Starts an execution; returns when it is durably accepted."""
        return await self._runner.call(calls.execute(workflow_id, calls.start(input, version, label), idempotency_key))

    async def execute_and_wait(
        self,
        workflow_id: str,
        *,
        input: Any = OMITTED,
        version: int | None = None,
        label: str | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[WaitOptions],
    ) -> Execution:
        """
        Starts an execution and waits for its end.

        Raises ExecutionFailedError when it fails or is cancelled, unless `raise_on_failure` is False; WaitTimeoutError
        when it has not ended in time. Cancelling the task ends the wait; the execution runs on.
        """
        start = calls.execute(workflow_id, calls.start(input, version, label), idempotency_key)
        return await self._runner.run(calls.execute_and_wait(self._runner.transport, start, options))

    async def json_schema(self) -> Any:
        """The JSON Schema of workflow documents, for editors."""
        return await self._runner.call(calls.json_schema())
