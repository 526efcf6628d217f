"""The calls of executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, anything, route
from .._http.page import Listing, behind_cursor, page_of
from .._model import NotAnObjectError
from ..types import (
    BulkPlan,
    Execution,
    ExecutionAccepted,
    ExecutionCount,
    ExecutionStats,
    ExecutionSummary,
    File,
    JobAccepted,
    JournalEvent,
    LiveEvent,
    LoopSummary,
    ReplayPlan,
    StepRun,
    StepRunDetail,
)


def read(execution_id: str, steps: str | None = None) -> Call[Execution]:
    path = route("/executions/{execution_id}", execution_id=execution_id)
    return Call("GET", path, parse_execution, query=_with_steps(steps))


def read_of_workflow(workflow_id: str, execution_id: str, steps: str | None) -> Call[Execution]:
    template = "/workflows/{workflow_id}/executions/{execution_id}"
    path = route(template, workflow_id=workflow_id, execution_id=execution_id)
    return Call("GET", path, parse_execution, query=_with_steps(steps))


def _with_steps(steps: str | None) -> dict[str, Any]:
    return {} if steps is None else {"steps": steps}


def events(execution_id: str) -> Call[LiveEvent]:
    return Call("GET", route("/executions/{execution_id}/events", execution_id=execution_id), LiveEvent)


def is_last_event(event: Mapping[str, Any]) -> bool:
    return event.get("type") in ("completed", "failed", "cancelled", "incomplete")


def cancel(execution_id: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[Execution]:
    path = route("/executions/{execution_id}/cancel", execution_id=execution_id)
    return Call("POST", path, parse_execution, body=request, idempotency_key=idempotency_key)


def signal(execution_id: str, name: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[Execution]:
    path = route("/executions/{execution_id}/signals/{name}", execution_id=execution_id, name=name)
    return Call("POST", path, parse_execution, body=request, idempotency_key=idempotency_key)


def pause(execution_id: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[Execution]:
    path = route("/executions/{execution_id}/pause", execution_id=execution_id)
    return Call("POST", path, parse_execution, body=request, idempotency_key=idempotency_key)


def resume(execution_id: str, idempotency_key: str | None) -> Call[Execution]:
    path = route("/executions/{execution_id}/resume", execution_id=execution_id)
    return Call("POST", path, parse_execution, idempotency_key=idempotency_key)


def retry(execution_id: str, idempotency_key: str | None) -> Call[ExecutionAccepted]:
    path = route("/executions/{execution_id}/retry", execution_id=execution_id)
    return Call("POST", path, parse_accepted, idempotency_key=idempotency_key, keyed=True)


def replay(execution_id: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[ExecutionAccepted]:
    path = route("/executions/{execution_id}/replay", execution_id=execution_id)
    return Call("POST", path, parse_accepted, body=request, idempotency_key=idempotency_key, keyed=True)


def bulk(request: Mapping[str, Any], idempotency_key: str | None) -> Call[JobAccepted | BulkPlan]:
    return Call("POST", "/executions/bulk", _parse_bulk, body=request, idempotency_key=idempotency_key, keyed=True)


def _parse_bulk(body: Any) -> JobAccepted | BulkPlan:
    is_plan = isinstance(body, dict) and "job_id" in body and body["job_id"] is None
    return BulkPlan(body) if is_plan else JobAccepted(body)


def replay_plan(execution_id: str, query: Mapping[str, Any]) -> Call[ReplayPlan]:
    path = route("/executions/{execution_id}/replay-plan", execution_id=execution_id)
    return Call("GET", path, ReplayPlan, query=query)


def count(query: Mapping[str, Any]) -> Call[ExecutionCount]:
    return Call("GET", "/executions/count", ExecutionCount, query=query)


def stats(query: Mapping[str, Any]) -> Call[ExecutionStats]:
    return Call("GET", "/stats/executions", ExecutionStats, query=query)


def listing_of_steps(execution_id: str, query: Mapping[str, Any]) -> Listing[StepRun]:
    path = route("/executions/{execution_id}/steps", execution_id=execution_id)
    return Listing(
        first=Call("GET", path, page_of("steps"), query=query), member="steps", item=StepRun, following=behind_cursor
    )


def read_step(execution_id: str, step_path: str) -> Call[StepRunDetail]:
    template = "/executions/{execution_id}/steps/{step_path}"
    return Call("GET", route(template, execution_id=execution_id, step_path=step_path), StepRunDetail)


def read_loop(execution_id: str, loop_path: str) -> Call[LoopSummary]:
    template = "/executions/{execution_id}/loops/{loop_path}"
    return Call("GET", route(template, execution_id=execution_id, loop_path=loop_path), LoopSummary)


def listing_of_journal(execution_id: str, query: Mapping[str, Any]) -> Listing[JournalEvent]:
    path = route("/executions/{execution_id}/journal", execution_id=execution_id)
    return Listing(
        first=Call("GET", path, page_of("events"), query=query),
        member="events",
        item=JournalEvent,
        following=behind_cursor,
    )


def listing(path: str, query: Mapping[str, Any]) -> Listing[ExecutionSummary]:
    """The executions at a path, by cursor."""
    return Listing(
        first=Call("GET", path, page_of("executions"), query=query),
        member="executions",
        item=ExecutionSummary,
        following=behind_cursor,
    )


def listing_of_workflow(workflow_id: str, query: Mapping[str, Any]) -> Listing[ExecutionSummary]:
    return listing(route("/workflows/{workflow_id}/executions", workflow_id=workflow_id), query)


def read_input(execution_id: str) -> Call[Any]:
    return Call("GET", route("/executions/{execution_id}/input", execution_id=execution_id), anything)


def read_output(execution_id: str) -> Call[Any]:
    return Call("GET", route("/executions/{execution_id}/output", execution_id=execution_id), anything)


def read_step_output(execution_id: str, step_path: str) -> Call[Any]:
    template = "/executions/{execution_id}/steps/{step_path}/output"
    return Call("GET", route(template, execution_id=execution_id, step_path=step_path), anything)


def listing_of_files(execution_id: str, query: Mapping[str, Any]) -> Listing[File]:
    path = route("/executions/{execution_id}/files", execution_id=execution_id)
    return Listing(
        first=Call("GET", path, page_of("files"), query=query), member="files", item=File, following=behind_cursor
    )


def download_file(file_id: str) -> Call[bytes]:
    return Call("GET", route("/files/{file_id}", file_id=file_id), anything, as_bytes=True)


def parse_execution(body: Any) -> Execution:
    return Execution(with_id(body))


def parse_accepted(body: Any) -> ExecutionAccepted:
    return ExecutionAccepted(with_id(body))


def with_id(body: Any) -> dict[str, Any]:
    """The reference names it `execution_id` alone in its bodies, and reads `id` in its snippet."""
    if not isinstance(body, dict):
        raise NotAnObjectError("An execution is a JSON object")
    return body if "id" in body else {**body, "id": body.get("execution_id")}
