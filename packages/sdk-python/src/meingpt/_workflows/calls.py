"""The calls of workflows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Callable, TypeVar

from .._executions.calls import parse_accepted, parse_execution
from .._http.call import OMITTED, Call, anything, if_match_header, nothing, route, text
from .._http.page import Listing, behind_cursor, page_of
from ..types import (
    Evaluation,
    Execution,
    ExecutionAccepted,
    StepTest,
    Workflow,
    WorkflowStats,
    WorkflowSummary,
    WorkflowValidation,
    WorkflowVersion,
    WorkflowVersionDiff,
    WorkflowVersionSummary,
)

T = TypeVar("T")


def create(document: Mapping[str, Any], idempotency_key: str | None) -> Call[Workflow]:
    return Call("POST", "/workflows", Workflow, body=document, idempotency_key=idempotency_key)


def validate(document: Mapping[str, Any], idempotency_key: str | None) -> Call[WorkflowValidation]:
    return Call("POST", "/workflows/validate", WorkflowValidation, body=document, idempotency_key=idempotency_key)


def create_yaml(yaml: str, idempotency_key: str | None) -> Call[Workflow]:
    return Call("POST", "/workflows", Workflow, yaml=yaml, idempotency_key=idempotency_key)


def evaluate(request: Mapping[str, Any], idempotency_key: str | None) -> Call[Evaluation]:
    return Call("POST", "/expressions/evaluate", Evaluation, body=request, idempotency_key=idempotency_key)


def test_step(request: Mapping[str, Any], idempotency_key: str | None) -> Call[StepTest]:
    return Call("POST", "/steps/test", StepTest, body=request, idempotency_key=idempotency_key)


def validate_yaml(yaml: str, idempotency_key: str | None) -> Call[WorkflowValidation]:
    return Call("POST", "/workflows/validate", WorkflowValidation, yaml=yaml, idempotency_key=idempotency_key)


def read_yaml(workflow_id: str) -> Call[str]:
    return Call("GET", route("/workflows/{workflow_id}", workflow_id=workflow_id), text, as_yaml=True)


def update_yaml(workflow_id: str, yaml: str, if_match: int | str | None, idempotency_key: str | None) -> Call[Workflow]:
    path = route("/workflows/{workflow_id}", workflow_id=workflow_id)
    headers = if_match_header(if_match)
    return Call("PUT", path, Workflow, yaml=yaml, headers=headers, idempotency_key=idempotency_key)


def restore(workflow_id: str, idempotency_key: str | None) -> Call[Workflow]:
    path = route("/workflows/{workflow_id}/restore", workflow_id=workflow_id)
    return Call("POST", path, Workflow, idempotency_key=idempotency_key)


def listing(query: Mapping[str, Any]) -> Listing[WorkflowSummary]:
    return Listing(
        first=Call("GET", "/workflows", page_of("workflows"), query=query),
        member="workflows",
        item=WorkflowSummary,
        following=_next_number,
    )


def _next_number(page: dict[str, Any]) -> dict[str, Any] | None:
    number = page["page"]
    is_last = not page["workflows"] or number * page["per_page"] >= page["total"]
    return None if is_last else {"page": number + 1}


def stats(workflow_id: str, query: Mapping[str, Any]) -> Call[WorkflowStats]:
    return Call("GET", route("/workflows/{workflow_id}/stats", workflow_id=workflow_id), WorkflowStats, query=query)


def read(workflow_id: str) -> Call[Workflow]:
    return Call("GET", route("/workflows/{workflow_id}", workflow_id=workflow_id), Workflow)


def update(
    workflow_id: str, patch: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Workflow]:
    return Call(
        "PUT",
        route("/workflows/{workflow_id}", workflow_id=workflow_id),
        Workflow,
        body=patch,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def patch(
    workflow_id: str, merge_patch: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Workflow]:
    path = route("/workflows/{workflow_id}", workflow_id=workflow_id)
    headers = if_match_header(if_match)
    return Call("PATCH", path, Workflow, body=merge_patch, headers=headers, idempotency_key=idempotency_key)


def activate(workflow_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[Workflow]:
    path = route("/workflows/{workflow_id}/activate", workflow_id=workflow_id)
    return Call("POST", path, Workflow, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def pause(workflow_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[Workflow]:
    path = route("/workflows/{workflow_id}/pause", workflow_id=workflow_id)
    return Call("POST", path, Workflow, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def duplicate(workflow_id: str, idempotency_key: str | None) -> Call[Workflow]:
    path = route("/workflows/{workflow_id}/duplicate", workflow_id=workflow_id)
    return Call("POST", path, Workflow, idempotency_key=idempotency_key)


def listing_of_versions(workflow_id: str, query: Mapping[str, Any]) -> Listing[WorkflowVersionSummary]:
    path = route("/workflows/{workflow_id}/versions", workflow_id=workflow_id)
    return Listing(
        first=Call("GET", path, page_of("versions"), query=query),
        member="versions",
        item=WorkflowVersionSummary,
        following=behind_cursor,
    )


def read_version(workflow_id: str, version: int) -> Call[WorkflowVersion]:
    return Call("GET", _version_path(workflow_id, version), WorkflowVersion)


def read_version_yaml(workflow_id: str, version: int) -> Call[str]:
    return Call("GET", _version_path(workflow_id, version), text, as_yaml=True)


def diff_versions(workflow_id: str, version: int, against: int | None) -> Call[WorkflowVersionDiff]:
    path = f"{_version_path(workflow_id, version)}/diff"
    return Call("GET", path, WorkflowVersionDiff, query={"against": against})


def restore_version(
    workflow_id: str, version: int, if_match: int | str | None, idempotency_key: str | None
) -> Call[Workflow]:
    path = f"{_version_path(workflow_id, version)}/restore"
    return Call("POST", path, Workflow, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def _version_path(workflow_id: str, version: int) -> str:
    return route("/workflows/{workflow_id}/versions/{version}", workflow_id=workflow_id, version=str(version))


def delete(workflow_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = route("/workflows/{workflow_id}", workflow_id=workflow_id)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def start(value: Any, version: int | None, label: str | None, test: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body that starts an execution; `value` is the input, or OMITTED."""
    members = {"input": value, "version": version, "label": label, "test": test}
    return {
        name: member
        for name, member in members.items()
        if member is not OMITTED and (name == "input" or member is not None)
    }


def execute(workflow_id: str, body: Mapping[str, Any], idempotency_key: str | None) -> Call[ExecutionAccepted]:
    return _execute(workflow_id, body, idempotency_key, parse_accepted)


def execute_and_wait(
    workflow_id: str, body: Mapping[str, Any], idempotency_key: str | None
) -> Call[Execution | ExecutionAccepted]:
    """A start that the API may answer with the ended execution. Its key is the same however often it is sent."""
    return _execute(workflow_id, body, idempotency_key or str(uuid.uuid4()), _parse_awaited)


def _execute(
    workflow_id: str, body: Mapping[str, Any], idempotency_key: str | None, parse: Callable[[Any], T]
) -> Call[T]:
    return Call(
        "POST",
        route("/workflows/{workflow_id}/execute", workflow_id=workflow_id),
        parse,
        body=body,
        idempotency_key=idempotency_key,
        keyed=True,
    )


def json_schema() -> Call[Any]:
    return Call("GET", "/schemas/workflow.json", anything)


def _parse_awaited(body: Any) -> Execution | ExecutionAccepted:
    has_ended = isinstance(body, dict) and "steps" in body
    return parse_execution(body) if has_ended else parse_accepted(body)
