"""The calls of `packages/sdk-conformance` in this SDK's words."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Callable, Union

import meingpt
from meingpt import AsyncWorkflowClient, WorkflowClient

Client = Union[WorkflowClient, AsyncWorkflowClient]
Args = dict[str, Any]


def _wait(args: Args) -> Args:
    """Times of the cases are in milliseconds, and what is thrown there is raised here."""
    named = {"timeout_ms": "timeout", "throw_on_failure": "raise_on_failure"}
    changed = {named.get(name, name): value for name, value in args.items()}
    return {**changed, "timeout": changed["timeout"] / 1000} if "timeout" in changed else changed


def _unwrap(client: Any, args: Args) -> tuple[Any, Args]:
    client._clock.time = args["now"]
    return client.webhooks.unwrap, {name: value for name, value in args.items() if name != "now"}


def _step_output(client: Any, args: Args) -> tuple[Any, Args]:
    return client.executions.get_step_output, {"execution_id": args["execution_id"], "step_path": args["path"]}


def _with_request(args: Args) -> Args:
    """The members of the body as arguments beside the others."""
    return {**{name: value for name, value in args.items() if name != "request"}, **args.get("request", {})}


CALLS: Mapping[str, Callable[[Any, Args], tuple[Any, Args]]] = {
    "workflows.create": lambda client, args: (client.workflows.create, args["document"]),
    "workflows.validate": lambda client, args: (client.workflows.validate, args["document"]),
    "workflows.evaluate": lambda client, args: (client.workflows.evaluate, _with_request(args)),
    "workflows.test_step": lambda client, args: (client.workflows.test_step, _with_request(args)),
    "workflows.create_yaml": lambda client, args: (client.workflows.create_yaml, args),
    "workflows.validate_yaml": lambda client, args: (client.workflows.validate_yaml, args),
    "workflows.get_yaml": lambda client, args: (client.workflows.get_yaml, args),
    "workflows.update_yaml": lambda client, args: (client.workflows.update_yaml, args),
    "workflows.draft.get_yaml": lambda client, args: (client.workflows.draft.get_yaml, args),
    "workflows.draft.put_yaml": lambda client, args: (client.workflows.draft.put_yaml, args),
    "workflows.versions.get_yaml": lambda client, args: (client.workflows.versions.get_yaml, args),
    "workflows.restore": lambda client, args: (client.workflows.restore, args),
    "workflows.list": lambda client, args: (client.workflows.list, args),
    "workflows.stats": lambda client, args: (client.workflows.stats, args),
    "workflows.get": lambda client, args: (client.workflows.get, args),
    "workflows.delete": lambda client, args: (client.workflows.delete, args),
    "workflows.update": lambda client, args: (
        client.workflows.update,
        {**{name: value for name, value in args.items() if name != "patch"}, **args["patch"]},
    ),
    "workflows.patch": lambda client, args: (client.workflows.patch, args),
    "workflows.activate": lambda client, args: (client.workflows.activate, args),
    "workflows.pause": lambda client, args: (client.workflows.pause, args),
    "workflows.duplicate": lambda client, args: (client.workflows.duplicate, args),
    "workflows.draft.get": lambda client, args: (client.workflows.draft.get, args),
    "workflows.draft.put": lambda client, args: (
        client.workflows.draft.put,
        {**{name: value for name, value in args.items() if name != "draft"}, **args.get("draft", {})},
    ),
    "workflows.draft.delete": lambda client, args: (client.workflows.draft.delete, args),
    "workflows.draft.publish": lambda client, args: (client.workflows.draft.publish, args),
    "workflows.versions.list": lambda client, args: (client.workflows.versions.list, args),
    "workflows.versions.get": lambda client, args: (client.workflows.versions.get, args),
    "workflows.versions.diff": lambda client, args: (client.workflows.versions.diff, args),
    "workflows.versions.restore": lambda client, args: (client.workflows.versions.restore, args),
    "workflows.json_schema": lambda client, args: (client.workflows.json_schema, args),
    "workflows.execute": lambda client, args: (client.workflows.execute, args),
    "workflows.execute_and_wait": lambda client, args: (client.workflows.execute_and_wait, _wait(args)),
    "workflows.executions.list": lambda client, args: (client.workflows.executions.list, args),
    "workflows.executions.get": lambda client, args: (client.workflows.executions.get, args),
    "executions.list": lambda client, args: (client.executions.list, args),
    "executions.get": lambda client, args: (client.executions.get, args),
    "executions.count": lambda client, args: (client.executions.count, args),
    "executions.stats": lambda client, args: (client.executions.stats, args),
    "executions.list_steps": lambda client, args: (client.executions.list_steps, args),
    "executions.get_step": lambda client, args: (
        client.executions.get_step,
        {"execution_id": args["execution_id"], "step_path": args["path"]},
    ),
    "executions.get_loop": lambda client, args: (
        client.executions.get_loop,
        {"execution_id": args["execution_id"], "loop_path": args["path"]},
    ),
    "executions.list_journal": lambda client, args: (client.executions.list_journal, args),
    "executions.events": lambda client, args: (client.executions.events, args),
    "events.stream": lambda client, args: (client.events.stream, args),
    "executions.wait": lambda client, args: (client.executions.wait, _wait(args)),
    "executions.cancel": lambda client, args: (client.executions.cancel, _with_request(args)),
    "executions.signal": lambda client, args: (client.executions.signal, _with_request(args)),
    "executions.pause": lambda client, args: (client.executions.pause, _with_request(args)),
    "executions.resume": lambda client, args: (client.executions.resume, args),
    "executions.bulk": lambda client, args: (client.executions.bulk, _with_request(args)),
    "executions.retry": lambda client, args: (client.executions.retry, args),
    "executions.replay": lambda client, args: (client.executions.replay, _with_request(args)),
    "executions.replay_plan": lambda client, args: (client.executions.replay_plan, args),
    "executions.get_input": lambda client, args: (client.executions.get_input, args),
    "executions.get_output": lambda client, args: (client.executions.get_output, args),
    "executions.get_step_output": _step_output,
    "executions.list_files": lambda client, args: (client.executions.list_files, args),
    "executions.download_file": lambda client, args: (client.executions.download_file, args),
    "schedules.list": lambda client, args: (client.schedules.list, args),
    "schedules.list_of_workflow": lambda client, args: (client.schedules.list_of_workflow, args),
    "schedules.preview": lambda client, args: (client.schedules.preview, _with_request(args)),
    "schedules.trigger": lambda client, args: (client.schedules.trigger, args),
    "schedules.pause": lambda client, args: (client.schedules.pause, args),
    "schedules.resume": lambda client, args: (client.schedules.resume, args),
    "secrets.list": lambda client, args: (client.secrets.list, args),
    "secrets.put": lambda client, args: (client.secrets.put, _with_request(args)),
    "secrets.delete": lambda client, args: (client.secrets.delete, args),
    "variables.list": lambda client, args: (client.variables.list, args),
    "variables.put": lambda client, args: (client.variables.put, _with_request(args)),
    "variables.delete": lambda client, args: (client.variables.delete, args),
    "mailboxes.list": lambda client, args: (client.mailboxes.list, args),
    "mailboxes.create": lambda client, args: (client.mailboxes.create, args.get("request", {})),
    "mailboxes.get": lambda client, args: (client.mailboxes.get, args),
    "mailboxes.update": lambda client, args: (
        client.mailboxes.update,
        {**{name: value for name, value in args.items() if name != "patch"}, **args["patch"]},
    ),
    "mailboxes.delete": lambda client, args: (client.mailboxes.delete, args),
    "mailboxes.test": lambda client, args: (client.mailboxes.test, _with_request(args)),
    "mailboxes.list_messages": lambda client, args: (client.mailboxes.list_messages, args),
    "event_subscriptions.list": lambda client, args: (client.event_subscriptions.list, args),
    "event_subscriptions.create": lambda client, args: (client.event_subscriptions.create, args.get("request", {})),
    "event_subscriptions.get": lambda client, args: (client.event_subscriptions.get, args),
    "event_subscriptions.update": lambda client, args: (
        client.event_subscriptions.update,
        {**{name: value for name, value in args.items() if name != "patch"}, **args["patch"]},
    ),
    "event_subscriptions.delete": lambda client, args: (client.event_subscriptions.delete, args),
    "event_subscriptions.rotate_secret": lambda client, args: (client.event_subscriptions.rotate_secret, args),
    "event_subscriptions.test": lambda client, args: (client.event_subscriptions.test, args),
    "event_subscriptions.list_deliveries": lambda client, args: (client.event_subscriptions.list_deliveries, args),
    "event_subscriptions.redeliver": lambda client, args: (client.event_subscriptions.redeliver, args),
    "event_subscriptions.redeliver_since": lambda client, args: (client.event_subscriptions.redeliver_since, args),
    "mail_senders.list": lambda client, args: (client.mail_senders.list, args),
    "mail_senders.get": lambda client, args: (client.mail_senders.get, args),
    "mail_senders.put": lambda client, args: (client.mail_senders.put, _with_request(args)),
    "mail_senders.delete": lambda client, args: (client.mail_senders.delete, args),
    "mail_senders.test": lambda client, args: (client.mail_senders.test, _with_request(args)),
    "ai_providers.list": lambda client, args: (client.ai_providers.list, args),
    "ai_providers.get": lambda client, args: (client.ai_providers.get, args),
    "ai_providers.put": lambda client, args: (client.ai_providers.put, _with_request(args)),
    "ai_providers.delete": lambda client, args: (client.ai_providers.delete, args),
    "ai_providers.test": lambda client, args: (client.ai_providers.test, _with_request(args)),
    "ai_models.list": lambda client, args: (client.ai_models.list, args),
    "credits.get": lambda client, args: (client.credits.get, args),
    "credits.usage": lambda client, args: (client.credits.usage, args),
    "tokens.list": lambda client, args: (client.tokens.list, args),
    "tokens.create": lambda client, args: (client.tokens.create, args.get("request", {})),
    "tokens.update": lambda client, args: (
        client.tokens.update,
        {**{name: value for name, value in args.items() if name != "patch"}, **args["patch"]},
    ),
    "tokens.revoke": lambda client, args: (client.tokens.revoke, args),
    "organisations.list": lambda client, args: (client.organisations.list, args),
    "organisations.create": lambda client, args: (client.organisations.create, args.get("request", {})),
    "organisations.get": lambda client, args: (client.organisations.get, args),
    "organisations.update": lambda client, args: (
        client.organisations.update,
        {**{name: value for name, value in args.items() if name != "patch"}, **args["patch"]},
    ),
    "organisations.delete": lambda client, args: (client.organisations.delete, args),
    "organisations.add_credits": lambda client, args: (client.organisations.add_credits, _with_request(args)),
    "organisations.create_token": lambda client, args: (client.organisations.create_token, _with_request(args)),
    "audit_log.list": lambda client, args: (client.audit_log.list, args),
    "reference.step_types": lambda client, args: (client.reference.step_types, args),
    "reference.trigger_types": lambda client, args: (client.reference.trigger_types, args),
    "reference.expression_helpers": lambda client, args: (client.reference.expression_helpers, args),
    "reference.step_schema": lambda client, args: (client.reference.step_schema, args),
    "me": lambda client, args: (client.me, args),
    "capabilities": lambda client, args: (client.capabilities, args),
    "schedules.backfill": lambda client, args: (client.schedules.backfill, _with_request(args)),
    "approvals.list": lambda client, args: (client.approvals.list, args),
    "approvals.get": lambda client, args: (client.approvals.get, args),
    "approvals.decide": lambda client, args: (client.approvals.decide, _with_request(args)),
    "approvals.create_link": lambda client, args: (client.approvals.create_link, _with_request(args)),
    "jobs.list": lambda client, args: (client.jobs.list, args),
    "jobs.get": lambda client, args: (client.jobs.get, args),
    "jobs.cancel": lambda client, args: (client.jobs.cancel, args),
    "triggers.list": lambda client, args: (client.triggers.list, args),
    "webhooks.send": lambda client, args: (client.webhooks.send, args),
    "webhooks.list_of_workflow": lambda client, args: (client.webhooks.list_of_workflow, args),
    "webhooks.rotate_url": lambda client, args: (client.webhooks.rotate_url, args),
    "webhooks.rotate_secret": lambda client, args: (client.webhooks.rotate_secret, args),
    "webhooks.listen": lambda client, args: (client.webhooks.listen, args),
    "webhooks.list_calls": lambda client, args: (client.webhooks.list_calls, args),
    "webhooks.test": lambda client, args: (client.webhooks.test, args),
    "webhooks.verify": lambda client, args: (client.webhooks.verify, args),
    "webhooks.sign": lambda client, args: (client.webhooks.sign, args),
    "webhooks.unwrap": _unwrap,
    "request": lambda client, args: (client.request, args),
}
"""Each gives the method and its named arguments."""

OFFLINE = ("webhooks.verify", "webhooks.sign", "webhooks.unwrap")


async def settled(value: Any) -> Any:
    """What a method of either client returns, awaited where it is to be."""
    return await value if inspect.isawaitable(value) else value


def prepared(client: Client, call: Mapping[str, Any]) -> tuple[Client, Any, Args]:
    """The client with the options of the call, its method, and the arguments."""
    options = dict(call.get("options", {}))
    key = {"idempotency_key": options.pop("idempotency_key")} if "idempotency_key" in options else {}
    if "timeout_ms" in options:
        options["timeout"] = options.pop("timeout_ms") / 1000
    chosen = client.with_options(**options) if options else client
    method, args = CALLS[call["method"]](chosen, dict(call.get("args", {})))
    return chosen, method, {**args, **key}


async def make(client: Client, call: Mapping[str, Any]) -> Any:
    """Makes the call; a page becomes its body or the items taken, a Model its JSON."""
    _chosen, method, args = prepared(client, call)
    result = method(**args)
    if "take" in call:
        return await _taken(result, call["take"])
    return plain(await settled(result))


async def make_with_response(client: Client, call: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Makes the call by `with_response`: the result, and what raw access returns about the answer."""
    chosen, method, args = prepared(client, call)
    response = await settled(chosen.with_response(method, **args))
    told = {"status": response.status, "request_id": response.request_id, "headers": response.headers}
    return plain(response.data), told


def plain(value: Any) -> Any:
    if isinstance(value, (meingpt.Page, meingpt.AsyncPage)):
        return value.body
    if isinstance(value, bytes):
        return value.decode()
    return value.to_dict() if hasattr(value, "to_dict") else value


async def _taken(result: Any, most: int | str) -> list[Any]:
    items: list[Any] = []
    if hasattr(result, "__aiter__"):
        iterator = result.__aiter__()
        async for item in iterator:
            items.append(plain(item))
            if len(items) == most:
                await iterator.aclose()
                break
        return items
    for item in result:
        items.append(plain(item))
        if len(items) == most:
            break
    return items


KINDS: Mapping[type[BaseException], str] = {
    meingpt.BadRequestError: "bad_request",
    meingpt.AuthenticationError: "authentication",
    meingpt.InsufficientCreditsError: "insufficient_credits",
    meingpt.PermissionDeniedError: "permission_denied",
    meingpt.NotFoundError: "not_found",
    meingpt.ConflictError: "conflict",
    meingpt.UnprocessableEntityError: "unprocessable_entity",
    meingpt.RateLimitError: "rate_limit",
    meingpt.InternalServerError: "internal_server",
    meingpt.APIError: "api",
    meingpt.APIConnectionError: "connection",
    meingpt.APIConnectionTimeoutError: "timeout",
    meingpt.WebhookVerificationError: "webhook_verification",
    meingpt.ExecutionFailedError: "execution_failed",
    meingpt.WaitTimeoutError: "wait_timeout",
    meingpt.UsageError: "usage",
}


def told(error: meingpt.WorkflowClientError) -> dict[str, Any]:
    """What is raised, in the words of the cases."""
    known: dict[str, Any] = {"kind": KINDS[type(error)], "message": str(error)}
    if isinstance(error, meingpt.APIError):
        after = error.retry_after
        known.update(
            status=error.status,
            code=error.code,
            details=error.details,
            request_id=error.request_id,
            retry_after_ms=None if after is None else round(after * 1000),
        )
    if isinstance(error, (meingpt.ExecutionFailedError, meingpt.WaitTimeoutError)):
        known["execution_id"] = error.execution.id
    if isinstance(error, meingpt.ExecutionFailedError):
        known["step_id"] = error.step.step_id if error.step else None
    return known
