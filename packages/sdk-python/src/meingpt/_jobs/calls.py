"""The calls of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Job, JobSummary


def listing(query: Mapping[str, Any]) -> Listing[JobSummary]:
    first = Call("GET", "/jobs", page_of("jobs"), query=query)
    return Listing(first=first, member="jobs", item=JobSummary, following=behind_cursor)


def get(job_id: str) -> Call[Job]:
    return Call("GET", route("/jobs/{job_id}", job_id=job_id), Job)


def cancel(job_id: str, idempotency_key: str | None) -> Call[Job]:
    return Call("POST", route("/jobs/{job_id}/cancel", job_id=job_id), Job, idempotency_key=idempotency_key)
