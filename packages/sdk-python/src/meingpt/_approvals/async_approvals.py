"""`client.approvals` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Approval, ApprovalLink
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ApprovalDecisionRequest, ApprovalLinkRequest, ListApprovalsQuery


class AsyncApprovals:
    """`client.approvals`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListApprovalsQuery]) -> AsyncList[Approval]:
        """What executions ask people. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def get(self, approval_id: str) -> Approval:
        return await self._runner.call(calls.get(approval_id))

    async def decide(
        self, approval_id: str, *, idempotency_key: str | None = None, **members: Unpack[ApprovalDecisionRequest]
    ) -> Approval:
        """Approves or rejects, in the name of the token; once."""
        return await self._runner.call(calls.decide(approval_id, members, idempotency_key))

    async def create_link(
        self, approval_id: str, *, idempotency_key: str | None = None, **members: Unpack[ApprovalLinkRequest]
    ) -> ApprovalLink:
        """A link by which a person decides who has no token. It is returned this once."""
        return await self._runner.call(calls.create_link(approval_id, members, idempotency_key))
