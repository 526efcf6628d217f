"""The SDK beside the document of the API."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest

from conftest import CONFORMANCE, ROOT, ReplayServer
from driver import CALLS, OFFLINE
from meingpt import APIError, EventStream, Headers, WorkflowClient, WorkflowClientError
from meingpt._http.message import Answer, Request

DOCUMENT: dict[str, Any] = json.loads((CONFORMANCE / "openapi.json").read_text("utf-8"))
PATHS: dict[str, dict[str, Any]] = DOCUMENT["paths"]

LEFT_OUT = {
    "getOpenApiDocument",
    "receiveWebhookByGet",
    "receiveWebhookByPut",
    "receiveWebhookByPatch",
    "receiveWebhookByDelete",
    # The operator has a program of its own for these: `npm run ops`.
    "getSystem",
    "pauseStarts",
    "resumeStarts",
    "listDeadLetters",
    "getDeadLetter",
    "requeueDeadLetter",
    "discardDeadLetter",
}
"""Operations that are another way of one that the SDK has, or no part of it."""

ARGS: dict[str, Any] = {
    "workflow_id": "{workflow_id}",
    "execution_id": "{execution_id}",
    "file_id": "{file_id}",
    "version": "{version}",
    "webhook_id": "{webhook_id}",
    "index": "{index}",
    "token_id": "{token_id}",
    "approval_id": "{approval_id}",
    "job_id": "{job_id}",
    "mailbox_id": "{mailbox_id}",
    "subscription_id": "{subscription_id}",
    "delivery_id": "{delivery_id}",
    "since": "2026-11-26T00:00:00Z",
    "organisation_id": "{organisation_id}",
    "secret_name": "{secret_name}",
    "variable_name": "{variable_name}",
    "sender_name": "{sender_name}",
    "provider_name": "{provider_name}",
    "step_type": "{step_type}",
    "name": "{signal_name}",
    "step_path": "{path}",
    "document": {},
    "yaml": "name: x",
    "patch": {},
    "path": "{path}",
}


def test_the_generated_types_are_those_of_the_document() -> None:
    script = ROOT / "scripts" / "generate_types.py"
    checked = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def least_answer(operation: dict[str, Any]) -> dict[str, Any]:
    """What every answer with success has: the members that are required of it, as empty as they can be."""
    schemas = [
        content["schema"]
        for status, answer in operation.get("responses", {}).items()
        for content in answer.get("content", {}).values()
        if status.startswith("2")
    ]
    named = [each["$ref"] for schema in schemas for each in [schema, *schema.get("anyOf", [])] if "$ref" in each]
    answer: dict[str, Any] = {}
    for reference in named:
        schema = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
        for name in schema.get("required", []):
            answer[name] = [] if schema["properties"][name].get("type") == "array" else {}
    return {**answer, "id": "{execution_id}", "status": "completed", "steps": []}


def test_every_operation_of_the_api_has_a_method_and_every_method_calls_one(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def attempt(request: Request) -> Answer:
        path = unquote(f"/v1{request.target.partition('?')[0]}")
        operation = PATHS.get(path, {}).get(request.method.lower(), {})
        called.append(operation.get("operationId", f"no operation: {request.method} {path}"))
        if request.headers["accept"] == "application/yaml":
            return Answer(200, Headers([("content-type", "application/yaml")]), b"name: x")
        return Answer(200, Headers([]), json.dumps(least_answer(operation)).encode())

    @contextmanager
    def open_stream(request: Request) -> Iterator[SimpleNamespace]:
        attempt(request)
        yield SimpleNamespace(request=request, answer=Answer(204, Headers([]), b""))

    monkeypatch.setattr("meingpt._http.sync_attempt.attempt", attempt)
    monkeypatch.setattr("meingpt._http.sync_stream.open_stream", open_stream)
    client = WorkflowClient(api_key="k", base_url="http://api.example/v1", max_retries=0)
    for name, prepare in CALLS.items():
        if name not in (*OFFLINE, "request"):
            method, args = prepare(client, ARGS)
            accepted = method.__code__.co_varnames[: method.__code__.co_argcount + method.__code__.co_kwonlyargcount]
            result = method(**{key: value for key, value in args.items() if key in accepted})
            if isinstance(result, EventStream):
                assert list(result) == []
    operations = {one["operationId"] for methods in PATHS.values() for one in methods.values()}
    assert set(called) | LEFT_OUT == operations
    assert not set(called) & LEFT_OUT


ANYTHING = re.compile(r"executions\.(?:get_(?:input|output|step_output)|download_file)$|schema$|\.(?:delete|revoke)$")
"""Calls whose results may be any JSON, any bytes, or nothing."""


@pytest.mark.parametrize("body", ['{"app":"another"}', "[]", "null", '"hello"', "7"])
def test_what_another_server_returns_is_the_result_of_no_call(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Answer(200, Headers([("content-type", "application/json")]), body.encode())

    @contextmanager
    def open_stream(request: Request) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(request=request, answer=answer)

    monkeypatch.setattr("meingpt._http.sync_attempt.attempt", lambda _request: answer)
    monkeypatch.setattr("meingpt._http.sync_stream.open_stream", open_stream)
    client = WorkflowClient(api_key="k", base_url="http://api.example/v1", max_retries=0)
    taken = []
    for name, prepare in CALLS.items():
        if name in (*OFFLINE, "request") or ANYTHING.search(name):
            continue
        method, args = prepare(client, ARGS)
        accepted = method.__code__.co_varnames[: method.__code__.co_argcount + method.__code__.co_kwonlyargcount]
        try:
            result = method(**{key: value for key, value in args.items() if key in accepted})
            if isinstance(result, EventStream):
                next(iter(result))
            taken.append(name)
        except APIError:
            pass
    assert taken == []


@pytest.mark.parametrize(
    ("operation", "method", "path"),
    [
        ("deleteWorkflow", "DELETE", "/v1/workflows/wf_1"),
        ("executeWorkflow", "POST", "/v1/workflows/wf_1/execute"),
    ],
)
def test_what_may_have_been_done_is_repeated_if_the_api_declares_its_idempotency_key(
    replay: ReplayServer, operation: str, method: str, path: str
) -> None:
    operations = {one["operationId"]: one for methods in PATHS.values() for one in methods.values()}
    declared = "Idempotency-Key" in {parameter["name"] for parameter in operations[operation]["parameters"]}
    request = {"method": method, "path": path}
    done: dict[str, Any] = {"status": 204} if method == "DELETE" else {"status": 202, "body": ACCEPTED}
    replay.begin([{"request": request, "answer": {"fault": "cut_before_answer"}}, {"request": request, "answer": done}])
    workflows = WorkflowClient(api_key="k", base_url=replay.base_url).workflows
    try:
        workflows.delete("wf_1") if method == "DELETE" else workflows.execute("wf_1")
        repeated = True
    except WorkflowClientError:
        repeated = False
    assert repeated == declared


ACCEPTED = {
    "id": "exec_1",
    "execution_id": "exec_1",
    "status": "running",
    "started_at": "2026-11-25T09:00:00.000Z",
    "workflow_id": "wf_1",
}


def test_both_sdks_leave_out_the_same_operations() -> None:
    text = (ROOT.parent / "sdk-js" / "test" / "openapi.test.ts").read_text("utf-8")
    block = text.partition("const LEFT_OUT = [")[2].partition("];")[0]
    assert set(re.findall(r"'(\w+)'", block)) == LEFT_OUT
