"""`client.workflows.draft` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.runner import Runner
from ..types import Workflow, WorkflowDraft
from . import draft_calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import PublishDraftRequest, WorkflowDraftRequest


class WorkflowDrafts:
    """`client.workflows.draft`: the working copy of a workflow, which nothing that is live reads."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def get(self, workflow_id: str) -> WorkflowDraft:
        return self._runner.call(draft_calls.read(workflow_id))

    def put(
        self,
        workflow_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[WorkflowDraftRequest],
    ) -> WorkflowDraft:
        """Saves it, valid or not. `if_match` is of the draft."""
        return self._runner.call(draft_calls.put(workflow_id, members, if_match, idempotency_key))

    def get_yaml(self, workflow_id: str) -> str:
        """The document as YAML: the text that it is written as, if it is one."""
        return self._runner.call(draft_calls.read_yaml(workflow_id))

    def put_yaml(
        self,
        workflow_id: str,
        yaml: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
    ) -> WorkflowDraft:
        """Saves a document as YAML; pins, and what the draft is based on, stay. `if_match` is of the draft."""
        return self._runner.call(draft_calls.put_yaml(workflow_id, yaml, if_match, idempotency_key))

    def delete(
        self, workflow_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Throws it away, pins included."""
        return self._runner.call(draft_calls.delete(workflow_id, if_match, idempotency_key))

    def publish(
        self,
        workflow_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[PublishDraftRequest],
    ) -> Workflow:
        """Makes its document the next version of the workflow. `if_match` is of the draft."""
        return self._runner.call(draft_calls.publish(workflow_id, members, if_match, idempotency_key))
