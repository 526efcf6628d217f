"""The calls of executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, anything, route
from .._http.page import Listing, behind_cursor, page_body
from .._model import NotAnObjectError
from ..types import Execution, ExecutionSummary


def read(execution_id: str) -> Call[Execution]:
    return Call("GET", route("/executions/{execution_id}", execution_id=execution_id), parse_execution)


def read_of_workflow(workflow_id: str, execution_id: str) -> Call[Execution]:
    template = "/workflows/{workflow_id}/executions/{execution_id}"
    return Call("GET", route(template, workflow_id=workflow_id, execution_id=execution_id), parse_execution)


def listing(path: str, query: Mapping[str, Any]) -> Listing[ExecutionSummary]:
    """The executions at a path, by cursor."""
    return Listing(
        first=Call("GET", path, page_body, query=query),
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


def parse_execution(body: Any) -> Execution:
    return Execution(with_id(body))


def with_id(body: Any) -> dict[str, Any]:
    """The reference names it `execution_id` alone in its bodies, and reads `id` in its snippet."""
    if not isinstance(body, dict):
        raise NotAnObjectError("An execution is a JSON object")
    return body if "id" in body else {**body, "id": body.get("execution_id")}
