"""`client.jobs` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import Job, JobSummary
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListJobsQuery


class Jobs:
    """`client.jobs`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListJobsQuery]) -> Page[JobSummary]:
        """Newest first, without their results. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def get(self, job_id: str) -> Job:
        """How far it has come, and with what results."""
        return self._runner.call(calls.get(job_id))

    def cancel(self, job_id: str, *, idempotency_key: str | None = None) -> Job:
        """What it has done stays done."""
        return self._runner.call(calls.cancel(job_id, idempotency_key))
