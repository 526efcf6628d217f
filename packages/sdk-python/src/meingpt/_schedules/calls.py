"""The calls of schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import BackfillPlan, ExecutionAccepted, JobAccepted, Schedule, SchedulePause, SchedulePreview


def listing(query: Mapping[str, Any]) -> Listing[Schedule]:
    return _listing("/schedules", query)


def listing_of_workflow(workflow_id: str, query: Mapping[str, Any]) -> Listing[Schedule]:
    return _listing(route("/workflows/{workflow_id}/schedules", workflow_id=workflow_id), query)


def _listing(path: str, query: Mapping[str, Any]) -> Listing[Schedule]:
    first = Call("GET", path, page_of("schedules"), query=query)
    return Listing(first=first, member="schedules", item=Schedule, following=behind_cursor)


def preview(request: Mapping[str, Any], idempotency_key: str | None) -> Call[SchedulePreview]:
    return Call("POST", "/schedules/preview", SchedulePreview, body=request, idempotency_key=idempotency_key)


def trigger(workflow_id: str, index: int, idempotency_key: str | None) -> Call[ExecutionAccepted]:
    return Call("POST", _path(workflow_id, index, "trigger"), ExecutionAccepted, idempotency_key=idempotency_key)


def pause(workflow_id: str, index: int, idempotency_key: str | None) -> Call[SchedulePause]:
    return Call("POST", _path(workflow_id, index, "pause"), SchedulePause, idempotency_key=idempotency_key)


def resume(workflow_id: str, index: int, idempotency_key: str | None) -> Call[SchedulePause]:
    return Call("POST", _path(workflow_id, index, "resume"), SchedulePause, idempotency_key=idempotency_key)


def backfill(
    workflow_id: str, index: int, request: Mapping[str, Any], idempotency_key: str | None
) -> Call[JobAccepted | BackfillPlan]:
    path = _path(workflow_id, index, "backfill")
    return Call("POST", path, _parse_backfill, body=request, idempotency_key=idempotency_key)


def _parse_backfill(body: Any) -> JobAccepted | BackfillPlan:
    return BackfillPlan(body) if isinstance(body, dict) and "times" in body else JobAccepted(body)


def _path(workflow_id: str, index: int, action: str) -> str:
    path = "/workflows/{workflow_id}/schedules/{index}/{action}"
    return route(path, workflow_id=workflow_id, index=str(index), action=action)
