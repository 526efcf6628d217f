"""`client.workflows` of the asynchronous client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from .._executions import calls as execution_calls
from .._executions.waiting import WaitOptions, start_and_wait
from .._http.call import OMITTED
from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import (
    Evaluation,
    Execution,
    ExecutionAccepted,
    ExecutionSummary,
    StepTest,
    Workflow,
    WorkflowStats,
    WorkflowSummary,
    WorkflowValidation,
    WorkflowVersion,
    WorkflowVersionDiff,
    WorkflowVersionSummary,
)
from . import calls
from .async_draft import AsyncWorkflowDrafts

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import (
        EvaluateRequest,
        ExecutionTest,
        GetWorkflowStatsQuery,
        ListExecutionsOfWorkflowQuery,
        ListWorkflowsQuery,
        ListWorkflowVersionsQuery,
        StepTestRequest,
        WorkflowDocument,
        WorkflowPatch,
    )


class AsyncWorkflowExecutions:
    """`client.workflows.executions`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, workflow_id: str, **query: Unpack[ListExecutionsOfWorkflowQuery]) -> AsyncList[ExecutionSummary]:
        """Those of one workflow, newest first."""
        return AsyncList(execution_calls.listing_of_workflow(workflow_id, query), self._runner)

    async def get(self, workflow_id: str, execution_id: str, *, steps: Literal["none"] | None = None) -> Execution:
        return await self._runner.call(execution_calls.read_of_workflow(workflow_id, execution_id, steps))


class AsyncWorkflowVersions:
    """`client.workflows.versions`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, workflow_id: str, **query: Unpack[ListWorkflowVersionsQuery]) -> AsyncList[WorkflowVersionSummary]:
        """Those of one workflow, newest first."""
        return AsyncList(calls.listing_of_versions(workflow_id, query), self._runner)

    async def get(self, workflow_id: str, version: int) -> WorkflowVersion:
        """One version, with its document."""
        return await self._runner.call(calls.read_version(workflow_id, version))

    async def get_yaml(self, workflow_id: str, version: int) -> str:
        """The document of one version as YAML, with the comments that it was saved with."""
        return await self._runner.call(calls.read_version_yaml(workflow_id, version))

    async def diff(self, workflow_id: str, version: int, *, against: int | None = None) -> WorkflowVersionDiff:
        """What makes this version of the one that `against` names; by default of the one before it."""
        return await self._runner.call(calls.diff_versions(workflow_id, version, against))

    async def restore(
        self, workflow_id: str, version: int, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> Workflow:
        """Saves the document of this version as the newest version."""
        return await self._runner.call(calls.restore_version(workflow_id, version, if_match, idempotency_key))


class AsyncWorkflows:
    """`client.workflows`."""

    executions: AsyncWorkflowExecutions
    versions: AsyncWorkflowVersions
    draft: AsyncWorkflowDrafts

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner
        self.executions = AsyncWorkflowExecutions(runner)
        self.versions = AsyncWorkflowVersions(runner)
        self.draft = AsyncWorkflowDrafts(runner)

    async def create(self, *, idempotency_key: str | None = None, **members: Unpack[WorkflowDocument]) -> Workflow:
        """
        Saves a document as a new workflow: its members by name, or `create(**document)` of a mapping.

        Raises BadRequestError, whose `details["issues"]` list every problem of the document.
        """
        return await self._runner.call(calls.create(members, idempotency_key))

    async def create_yaml(self, yaml: str, *, idempotency_key: str | None = None) -> Workflow:
        """As `create`, of a document as YAML; its comments are kept. Problems have line and column."""
        return await self._runner.call(calls.create_yaml(yaml, idempotency_key))

    async def validate(
        self, *, idempotency_key: str | None = None, **members: Unpack[WorkflowDocument]
    ) -> WorkflowValidation:
        """What saving the document would say, and what an execution of it would do; saves nothing."""
        return await self._runner.call(calls.validate(members, idempotency_key))

    async def evaluate(self, *, idempotency_key: str | None = None, **members: Unpack[EvaluateRequest]) -> Evaluation:
        """What an expression, a template or a condition gives of what is sent with it, or where its mistake is."""
        return await self._runner.call(calls.evaluate(members, idempotency_key))

    async def test_step(self, *, idempotency_key: str | None = None, **members: Unpack[StepTestRequest]) -> StepTest:
        """Renders the config of one step, and with `effects` runs it once, as an execution would.

        That it fails is an answer. Raises UnprocessableEntityError of a type that cannot be tried alone.
        """
        return await self._runner.call(calls.test_step(members, idempotency_key))

    async def validate_yaml(self, yaml: str, *, idempotency_key: str | None = None) -> WorkflowValidation:
        """As `validate`, of a document as YAML. Problems have line and column."""
        return await self._runner.call(calls.validate_yaml(yaml, idempotency_key))

    def list(self, **query: Unpack[ListWorkflowsQuery]) -> AsyncList[WorkflowSummary]:
        """Newest first: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def get(self, workflow_id: str) -> Workflow:
        return await self._runner.call(calls.read(workflow_id))

    async def get_yaml(self, workflow_id: str) -> str:
        """The document as YAML, with the comments that it was saved with."""
        return await self._runner.call(calls.read_yaml(workflow_id))

    async def stats(self, workflow_id: str, **query: Unpack[GetWorkflowStatsQuery]) -> WorkflowStats:
        """How its executions ended, over time."""
        return await self._runner.call(calls.stats(workflow_id, query))

    async def update(
        self,
        workflow_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[WorkflowPatch],
    ) -> Workflow:
        """
        Replaces the members of the document that are given; every change makes a new version.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return await self._runner.call(calls.update(workflow_id, members, if_match, idempotency_key))

    async def update_yaml(
        self,
        workflow_id: str,
        yaml: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
    ) -> Workflow:
        """As `update`, of members as YAML. Its comments are kept when it has every member of the document."""
        return await self._runner.call(calls.update_yaml(workflow_id, yaml, if_match, idempotency_key))

    async def patch(
        self,
        workflow_id: str,
        patch: Mapping[str, Any],
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
    ) -> Workflow:
        """Changes parts of the document by a JSON Merge Patch: objects are merged at every level, None removes."""
        return await self._runner.call(calls.patch(workflow_id, patch, if_match, idempotency_key))

    async def activate(
        self, workflow_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> Workflow:
        """Lets its triggers and the API start it."""
        return await self._runner.call(calls.activate(workflow_id, if_match, idempotency_key))

    async def pause(
        self, workflow_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> Workflow:
        """Refuses every start from then on; what runs goes on to its end."""
        return await self._runner.call(calls.pause(workflow_id, if_match, idempotency_key))

    async def duplicate(self, workflow_id: str, *, idempotency_key: str | None = None) -> Workflow:
        """Makes a new workflow of the current document: a draft, with webhook addresses of its own."""
        return await self._runner.call(calls.duplicate(workflow_id, idempotency_key))

    async def delete(
        self, workflow_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """It starts no more; its executions stay readable."""
        return await self._runner.call(calls.delete(workflow_id, if_match, idempotency_key))

    async def restore(self, workflow_id: str, *, idempotency_key: str | None = None) -> Workflow:
        """Undoes a delete, for 30 days after it."""
        return await self._runner.call(calls.restore(workflow_id, idempotency_key))

    async def execute(
        self,
        workflow_id: str,
        *,
        input: Any = OMITTED,
        version: int | None = None,
        label: str | None = None,
        test: ExecutionTest | None = None,
        idempotency_key: str | None = None,
    ) -> ExecutionAccepted:
        """Starts an execution, or with `test` only tries something; returns when it is durably accepted."""
        return await self._runner.call(
            calls.execute(workflow_id, calls.start(input, version, label, test), idempotency_key)
        )

    async def execute_and_wait(
        self,
        workflow_id: str,
        *,
        input: Any = OMITTED,
        version: int | None = None,
        label: str | None = None,
        test: ExecutionTest | None = None,
        idempotency_key: str | None = None,
        **options: Unpack[WaitOptions],
    ) -> Execution:
        """
        Starts an execution and waits for its end, which the API returns as soon as it is there.

        Raises ExecutionFailedError when it fails or is cancelled, unless `raise_on_failure` is False; WaitTimeoutError
        when it has not ended in time. Cancelling the task ends the wait; the execution runs on.
        """
        start = calls.execute_and_wait(workflow_id, calls.start(input, version, label, test), idempotency_key)
        raising: WaitOptions = {"raise_on_failure": True}
        raising.update(options)
        return await self._runner.run(start_and_wait(self._runner.transport, start, raising))

    async def json_schema(self) -> Any:
        """The JSON Schema of workflow documents, for editors."""
        return await self._runner.call(calls.json_schema())
