"""`client.schedules` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import BackfillPlan, ExecutionAccepted, JobAccepted, Schedule, SchedulePause, SchedulePreview
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import BackfillRequest, ListSchedulesQuery, SchedulePreviewRequest


class AsyncSchedules:
    """`client.schedules`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListSchedulesQuery]) -> AsyncList[Schedule]:
        """Those of all workflows, with what became of their times. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    def list_of_workflow(self, workflow_id: str, **query: Unpack[ListSchedulesQuery]) -> AsyncList[Schedule]:
        """Those of one workflow, in the order of its document. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing_of_workflow(workflow_id, query), self._runner)

    async def preview(
        self, *, idempotency_key: str | None = None, **members: Unpack[SchedulePreviewRequest]
    ) -> SchedulePreview:
        """When a schedule would be due; nothing is stored."""
        return await self._runner.call(calls.preview(members, idempotency_key))

    async def trigger(self, workflow_id: str, index: int, *, idempotency_key: str | None = None) -> ExecutionAccepted:
        """Starts an execution now, as the schedule would; its times stay what they are."""
        return await self._runner.call(calls.trigger(workflow_id, index, idempotency_key))

    async def pause(self, workflow_id: str, index: int, *, idempotency_key: str | None = None) -> SchedulePause:
        """Starts nothing by this schedule until it is resumed."""
        return await self._runner.call(calls.pause(workflow_id, index, idempotency_key))

    async def resume(self, workflow_id: str, index: int, *, idempotency_key: str | None = None) -> SchedulePause:
        """What was due meanwhile is not made up for."""
        return await self._runner.call(calls.resume(workflow_id, index, idempotency_key))

    async def backfill(
        self, workflow_id: str, index: int, *, idempotency_key: str | None = None, **members: Unpack[BackfillRequest]
    ) -> JobAccepted | BackfillPlan:
        """Starts the executions of times that are over, by a job; with `dry_run` it only says which times there are."""
        return await self._runner.call(calls.backfill(workflow_id, index, members, idempotency_key))
