"""`client.approvals` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import Approval, ApprovalLink
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ApprovalDecisionRequest, ApprovalLinkRequest, ListApprovalsQuery


class Approvals:
    """`client.approvals`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListApprovalsQuery]) -> Page[Approval]:
        """What executions ask people: one page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def get(self, approval_id: str) -> Approval:
        return self._runner.call(calls.get(approval_id))

    def decide(
        self, approval_id: str, *, idempotency_key: str | None = None, **members: Unpack[ApprovalDecisionRequest]
    ) -> Approval:
        """Approves or rejects, in the name of the token; once."""
        return self._runner.call(calls.decide(approval_id, members, idempotency_key))

    def create_link(
        self, approval_id: str, *, idempotency_key: str | None = None, **members: Unpack[ApprovalLinkRequest]
    ) -> ApprovalLink:
        """A link by which a person decides who has no token. It is returned this once."""
        return self._runner.call(calls.create_link(approval_id, members, idempotency_key))
