"""`client.jobs` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Job, JobSummary
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListJobsQuery


class AsyncJobs:
    """`client.jobs`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListJobsQuery]) -> AsyncList[JobSummary]:
        """Newest first, without their results. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def get(self, job_id: str) -> Job:
        """How far it has come, and with what results."""
        return await self._runner.call(calls.get(job_id))

    async def cancel(self, job_id: str, *, idempotency_key: str | None = None) -> Job:
        """What it has done stays done."""
        return await self._runner.call(calls.cancel(job_id, idempotency_key))
