"""Creates a workflow, runs it, watches it, and fixes what made it fail."""

from __future__ import annotations

from meingpt import ExecutionFailedError, WorkflowClient
from meingpt.types import Execution

client = WorkflowClient()  # MEINGPT_API_KEY and MEINGPT_BASE_URL

workflow = client.workflows.create(
    name="Order check",
    variables={"limit": 1000},
    steps=[
        {
            "id": "total",
            "type": "transform",
            "config": {"output": "{{input.items.map(item => item.price * item.count).sum()}}"},
        },
        {
            "id": "check",
            "type": "condition",
            "config": {
                "condition": "{{total.output > variables.limit}}",
                "true_branch": "refuse",
                "false_branch": "accept",
            },
        },
        {"id": "refuse", "type": "stop", "config": {"status": "failed", "message": "The order is too large"}},
        {"id": "accept", "type": "transform", "config": {"output": {"accepted": True, "total": "{{total.output}}"}}},
    ],
)

order = {"items": [{"name": "engine", "price": 600, "count": 2}]}
try:
    client.workflows.execute_and_wait(workflow.id, input=order)
except ExecutionFailedError as error:
    print(f"It failed: {error.execution.error.message if error.execution.error else error}")

# Nobody else's change is overwritten: the version that was read goes with the update.
raised = client.workflows.update(workflow.id, variables={"limit": 5000}, if_match=workflow.version)
print(f"The limit is raised in version {raised.version}")


def show(execution: Execution) -> None:
    """Called with each state that the wait reads."""
    if execution.status != "running":
        print(f"{execution.status} after {len(execution.steps)} steps")


accepted = client.workflows.execute(workflow.id, input=order)
print(client.executions.wait(accepted.id, on_update=show).output)

for each in client.workflows.list(status="active"):
    if each.id == workflow.id:
        print(f"{each.name} is at version {each.version}")
client.workflows.delete(workflow.id)
