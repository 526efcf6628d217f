"""The calls of drafts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route, text
from ..types import Workflow, WorkflowDraft


def read(workflow_id: str) -> Call[WorkflowDraft]:
    return Call("GET", _path(workflow_id), WorkflowDraft)


def put(
    workflow_id: str, draft: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[WorkflowDraft]:
    headers = if_match_header(if_match)
    return Call("PUT", _path(workflow_id), WorkflowDraft, body=draft, headers=headers, idempotency_key=idempotency_key)


def read_yaml(workflow_id: str) -> Call[str]:
    return Call("GET", _path(workflow_id), text, as_yaml=True)


def put_yaml(
    workflow_id: str, yaml: str, if_match: int | str | None, idempotency_key: str | None
) -> Call[WorkflowDraft]:
    headers = if_match_header(if_match)
    return Call("PUT", _path(workflow_id), WorkflowDraft, yaml=yaml, headers=headers, idempotency_key=idempotency_key)


def delete(workflow_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    headers = if_match_header(if_match)
    return Call("DELETE", _path(workflow_id), nothing, headers=headers, idempotency_key=idempotency_key)


def publish(
    workflow_id: str, request: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Workflow]:
    path = f"{_path(workflow_id)}/publish"
    headers = if_match_header(if_match)
    return Call("POST", path, Workflow, body=request, headers=headers, idempotency_key=idempotency_key)


def _path(workflow_id: str) -> str:
    return route("/workflows/{workflow_id}/draft", workflow_id=workflow_id)
