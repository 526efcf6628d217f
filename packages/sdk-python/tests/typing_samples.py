"""Calls as users write them. Only the type checker reads this: what is wrong must be found, what is right must not."""

from __future__ import annotations

from typing import Any

from meingpt import APIResponse, AsyncPage, AsyncWorkflowClient, WorkflowClient
from meingpt.types import (
    BackfillRequest,
    Execution,
    ExecutionSummary,
    MailSenderRequest,
    Secret,
    Step,
    Workflow,
    WorkflowDocument,
    WorkflowDraft,
)


def right(client: WorkflowClient) -> Execution:
    workflow = client.workflows.create(
        name="My Workflow",
        trigger={"type": "webhook"},
        steps=[
            {"id": "step1", "type": "ai_completion", "config": {"model": "gpt-4", "prompt": "Process: {{input.data}}"}}
        ],
    )
    steps: list[Step] = [{"id": "a", "type": "transform", "if": "{{input.x}}", "config": {"output": 1}}]
    client.workflows.update(workflow.id, steps=[*workflow.steps, *steps], if_match=workflow.version)
    names: list[str] = [each.name for each in client.workflows.list(per_page=2)]
    summary: list[ExecutionSummary] = list(client.executions.list(status="failed"))
    response: APIResponse[Workflow] = client.with_response(client.workflows.get, workflow.id)
    request_id: str | None = response.request_id
    assert names and summary and request_id
    secret: Secret = client.secrets.put("crm_key", value="correct-horse", description="Of the CRM")
    client.variables.put("region", value={"name": "eu"}, if_match=secret.version)
    used: list[str] = [workflow.name for each in client.secrets.list(limit=1) for workflow in each.used_by]
    values: list[Any] = [each.value for each in client.variables.list(starting_after="region")]
    assert used and values
    execution = client.workflows.execute_and_wait(workflow.id, input={"a": 1}, timeout=5, on_update=print)
    code: str | None = execution.error.code if execution.error else None
    assert code
    return execution


def right_without_declared_members(
    client: WorkflowClient, document: WorkflowDocument, anything: dict[str, Any]
) -> None:
    client.workflows.test_step(step={"id": "a", "type": "transform", "config": {"output": 1}}, effects=False)
    client.workflows.test_step(step=document["steps"][0], effects=True)
    client.workflows.draft.put("wf_1", document={"name": "A", "steps": []}, pins={"a": {"total": 1}})
    draft: WorkflowDraft = client.workflows.draft.put("wf_1", document=document, pins=anything)
    client.workflows.draft.put("wf_1", document=draft.document, pins=draft.pins)
    client.workflows.execute("wf_1", test={"document": {"name": "A", "steps": []}, "mocks": {"a": 1}})
    client.workflows.execute("wf_1", test={"document": document})
    period: BackfillRequest = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z", "dry_run": True}
    client.schedules.backfill("wf_1", 0, **period)
    sender: MailSenderRequest = {"host": "mail.example.com", "from": "a@example.com"}
    client.mail_senders.put("sales", **sender)


async def right_async(client: AsyncWorkflowClient) -> Execution:
    accepted = await client.workflows.execute("wf_1", input=None)
    page: AsyncPage[ExecutionSummary] | None = await client.executions.list(limit=1)
    while page is not None:
        page = await page.get_next_page()
    async for summary in client.executions.list(workflow_id="wf_1"):
        summary.status.upper()
    response: APIResponse[Execution] = await client.with_response(client.executions.get, accepted.id)
    return response.data


def wrong(client: WorkflowClient, workflow: Workflow, execution: Execution) -> None:
    client.workflows.create(nam="A", steps=[])  # type: ignore[call-arg]
    client.workflows.create(name="A", steps=[{"id": "a"}])  # type: ignore[typeddict-item]
    client.workflows.create(name="A", steps=[{"id": "a", "type": "unknown"}])  # type: ignore[typeddict-item]
    client.workflows.update("wf_1", status="on")  # type: ignore[arg-type]
    client.workflows.draft.put("wf_1", document=["A"])  # type: ignore[arg-type]
    client.workflows.draft.put("wf_1", pin={})  # type: ignore[call-arg]
    client.workflows.test_step(step="a", effects=True)  # type: ignore[arg-type]
    client.executions.list(state="failed")  # type: ignore[call-arg]
    client.with_response(client.workflows.get, 1)  # type: ignore[arg-type]
    client.secrets.put("crm_key")  # type: ignore[call-arg]
    client.secrets.put("crm_key", value=1)  # type: ignore[arg-type]
    client.secrets.put("crm_key", value="correct-horse").value  # type: ignore[attr-defined] # noqa: B018
    client.variables.list(page=1)  # type: ignore[call-arg]
    sender: MailSenderRequest = {"host": "mail.example.com"}  # type: ignore[typeddict-item]
    period: BackfillRequest = {"to": "2026-11-02T00:00:00Z"}  # type: ignore[typeddict-item]
    assert sender and period
    workflow.nam  # type: ignore[attr-defined] # noqa: B018
    execution.error.code  # type: ignore[union-attr] # noqa: B018
    execution.status == "done"  # type: ignore[comparison-overlap] # noqa: B015
