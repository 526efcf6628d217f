"""Settings, errors and values of the client."""

from __future__ import annotations

import logging
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from meingpt import (
    APIConnectionError,
    APIConnectionTimeoutError,
    APIError,
    ExecutionFailedError,
    RateLimitError,
    UsageError,
    WaitTimeoutError,
    WebhookVerificationError,
    WorkflowClient,
)
from meingpt._secrets import calls as secret_calls
from meingpt.types import Execution, StepRun, Workflow
from raw_server import OK, RawServer, answers
from skipping_clock import SkippingClock

STEP = {"step_id": "call", "path": "each[0].call", "status": "failed", "error": {"code": "HTTP_ERROR", "message": "No"}}
LOOP = {**STEP, "step_id": "each", "path": "each"}
FAILED = Execution({"id": "exec_1", "status": "failed", "steps": [LOOP, STEP], "error": {"code": "C", "message": "M"}})


@pytest.mark.parametrize(
    "base_url",
    ["localhost:3000", "ftp://localhost/v1", "http://localhost:3000/v1?x=1", "nothing", "http://", "http://a:b@c/v1"]
    + ["http://localhost:99999/v1", "http://local host/v1", "http://localhost/v1\r\nx: 1"],
)
def test_a_base_url_that_is_none_is_refused_when_the_client_is_made(base_url: str) -> None:
    with pytest.raises(UsageError, match="base URL"):
        WorkflowClient(api_key="k", base_url=base_url)


@pytest.mark.parametrize("user", ["me:pass-word", ":pass-word", "pass-word"])
def test_a_base_url_with_a_password_is_refused_by_a_message_that_does_not_have_it(user: str) -> None:
    with pytest.raises(UsageError, match=r"^The base URL has a user or a password; the API takes a key\.$"):
        WorkflowClient(api_key="k", base_url=f"http://{user}@localhost:3000/v1")


@pytest.mark.parametrize("options", [{"timeout": 0}, {"max_retries": -1}])
def test_a_number_that_is_none_is_refused_when_the_client_is_made(options: Any) -> None:
    with pytest.raises(UsageError):
        WorkflowClient(api_key="k", **options)


def test_the_local_platform_is_the_default_and_nobody_elses_host() -> None:
    assert WorkflowClient()._settings.base_url.text == "http://localhost:3000/v1"


def test_the_key_and_the_base_url_are_read_from_the_environment_and_options_win(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with RawServer(answers(OK)) as server:
        monkeypatch.setenv("MEINGPT_BASE_URL", f"{server.base_url}/")
        monkeypatch.setenv("MEINGPT_API_KEY", "of-environment")
        WorkflowClient().workflows.get("wf_1")
        WorkflowClient(api_key="own", base_url=server.base_url.replace("/v1", "/other")).workflows.get("wf_1")
        first, second = server.requests
    assert first.startswith(b"GET /v1/workflows/wf_1 HTTP/1.1\r\n")
    assert b"authorization: Bearer of-environment\r\n" in first
    assert second.startswith(b"GET /other/workflows/wf_1 HTTP/1.1\r\n")
    assert b"authorization: Bearer own\r\n" in second


def test_an_unknown_option_is_an_error() -> None:
    with pytest.raises(TypeError, match="api_kee"):
        WorkflowClient(api_kee="k")  # type: ignore[call-arg]


def test_the_key_is_in_no_text_of_the_client() -> None:
    client = WorkflowClient(api_key="secret-key", webhook_secret="secret-secret", headers={"x": "secret-header"})
    assert "secret" not in repr(client) + repr(client._settings)


def test_options_of_some_calls_leave_the_client_as_it_was() -> None:
    client = WorkflowClient(api_key="k", headers={"X-Trace": "a"})
    other = client.with_options(timeout=5, headers={"x-trace": "b"})
    assert (other._settings.timeout, other._settings.headers) == (5, {"x-trace": "b"})
    assert (client._settings.timeout, client._settings.headers) == (60, {"X-Trace": "a"})


def test_what_is_no_json_is_not_sent() -> None:
    client = WorkflowClient(api_key="k", base_url="http://127.0.0.1:1/v1")
    for value in (datetime.now(timezone.utc), float("nan"), {1, 2}, "\ud800"):
        with pytest.raises(UsageError):
            client.workflows.execute("wf_1", input=value)


SECRET = "correct-horse-battery-staple"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"
STORED = b'HTTP/1.1 200 OK\r\ncontent-length: 34\r\n\r\n{"name":"crm_key","id":"secret_1"}'


def test_the_value_of_a_secret_is_in_no_log_and_no_text_of_what_carries_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with RawServer(answers(UNAVAILABLE, STORED)) as server:
        client = WorkflowClient(api_key="k", base_url=server.base_url, clock=SkippingClock())
        secret = client.secrets.put("crm_key", value=SECRET)
    call = secret_calls.put("crm_key", {"value": SECRET}, None, None)
    request = client._runner.transport._request(call)
    assert SECRET.encode() in (request.body or b"")
    assert len(caplog.records) == 3
    assert SECRET not in caplog.text + repr((secret, call, request))


@pytest.mark.parametrize(
    ("name", "value"),
    [("crm_key", f"{SECRET}\ud800"), ("crm_key", [SECRET, float("nan")]), ([SECRET], "x"), ("", SECRET)],
)
def test_the_value_of_a_secret_is_not_in_what_is_raised_before_it_is_sent(name: Any, value: Any) -> None:
    client = WorkflowClient(api_key="k", base_url="http://127.0.0.1:1/v1")
    with pytest.raises(UsageError) as raised:
        client.secrets.put(name, value=value)
    told = (raised.value, raised.value.__cause__, raised.value.__context__)
    assert SECRET not in repr(told) + "".join(str(error) for error in told)


def test_an_answer_that_is_no_object_is_an_error_that_names_the_base_url() -> None:
    with RawServer(answers(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]")) as server:
        client = WorkflowClient(api_key="k", base_url=server.base_url)
        for call in (client.workflows.get, client.executions.get):
            with pytest.raises(APIError, match="MEINGPT_BASE_URL"):
                call("id")
        with pytest.raises(APIError, match="MEINGPT_BASE_URL"):
            client.workflows.list()


def test_a_refusal_tells_when_the_window_ends() -> None:
    head = b"HTTP/1.1 429 Slow\r\nretry-after: 120\r\nx-ratelimit-reset: 1642684800\r\ncontent-length: 2\r\n\r\n{}"
    with RawServer(answers(head)) as server, pytest.raises(RateLimitError) as raised:
        WorkflowClient(api_key="k", base_url=server.base_url).workflows.get("wf_1")
    assert raised.value.retry_after == 120
    assert raised.value.reset_at == datetime(2022, 1, 20, 13, 20, tzinfo=timezone.utc)


def test_a_time_limit_is_a_connection_error_too() -> None:
    assert issubclass(APIConnectionTimeoutError, APIConnectionError)


def test_the_step_of_a_failure_is_the_innermost() -> None:
    error = ExecutionFailedError(FAILED)
    assert error.step == StepRun(STEP)
    assert str(error) == "Execution exec_1 ended as failed at each[0].call: C: M"


@pytest.mark.parametrize(
    "error",
    [ExecutionFailedError(FAILED), WaitTimeoutError(FAILED, 5), APIConnectionError("cut", maybe_done=True)],
)
def test_errors_can_be_sent_to_other_processes(error: Any) -> None:
    other = pickle.loads(pickle.dumps(error))
    assert (type(other), str(other), other.__dict__) == (type(error), str(error), error.__dict__)


def test_with_response_is_for_methods_that_call() -> None:
    client = WorkflowClient(webhook_secret="s")
    with pytest.raises(UsageError, match="with_response"):
        client.with_response(client.webhooks.sign, "body")


def test_a_wait_tells_each_state_and_polls_as_it_is_told() -> None:
    states = [
        b'{"id": "exec_1", "status": "%s", "steps": []}' % status for status in (b"running", b"running", b"completed")
    ]
    texts = [b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(state), state) for state in states]
    clock, seen = SkippingClock(), []
    with RawServer(answers(*texts)) as server:
        client = WorkflowClient(api_key="k", base_url=server.base_url, clock=clock)
        client.executions.wait("exec_1", poll_interval=2, on_update=lambda execution: seen.append(execution.status))
    assert seen == ["running", "running", "completed"]
    assert clock.waits == [2, 2]
    for options in ({"timeout": -1}, {"poll_interval": 0}):
        with pytest.raises(UsageError):
            client.executions.wait("exec_1", **options)  # type: ignore[arg-type]


def test_values_have_the_names_of_the_wire_and_what_is_left_out_is_none() -> None:
    workflow = Workflow({"id": "wf_1", "name": "A", "from_a_newer_api": 1})
    assert (workflow.id, workflow["name"], workflow.description, workflow["from_a_newer_api"]) == ("wf_1", "A", None, 1)
    assert getattr(workflow, "from_a_newer_api") == 1  # noqa: B009
    with pytest.raises(AttributeError, match="it has id, name, from_a_newer_api"):
        getattr(workflow, "nam")  # noqa: B009
    with pytest.raises(KeyError):
        workflow["description"]
    with pytest.raises(AttributeError, match="to_dict"):
        workflow.name = "B"


def test_values_are_copied_and_compared_by_what_they_hold() -> None:
    assert FAILED.steps[1].error is not None
    assert FAILED.steps[1].error.code == "HTTP_ERROR"
    assert FAILED.steps is FAILED.steps
    assert pickle.loads(pickle.dumps(FAILED)) == FAILED != Execution({})
    changed = FAILED.to_dict()
    changed["steps"].clear()
    assert len(FAILED.steps) == 2
    assert "exec_1" in repr(FAILED)


def test_the_payload_of_a_webhook_must_be_as_it_came() -> None:
    webhooks = WorkflowClient(webhook_secret="s").webhooks
    signature = webhooks.sign('{"a":1}')
    assert webhooks.verify(b'{"a":1}', signature) is True
    assert webhooks.verify('{"a":1}', None) is False
    assert webhooks.unwrap(memoryview(b'{"a":1}'), {"X-Webhook-Signature": signature}) == {"a": 1}
    with pytest.raises(UsageError):
        webhooks.verify({"a": 1}, signature)  # type: ignore[arg-type]
    with pytest.raises(WebhookVerificationError):
        webhooks.unwrap(b'{"a":1}', {})


def test_a_webhook_secret_is_needed() -> None:
    with pytest.raises(UsageError, match="MEINGPT_WEBHOOK_SECRET"):
        WorkflowClient().webhooks.sign("body")
