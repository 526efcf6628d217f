"""`client.mailboxes` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Mailbox, MailboxMessage, MailboxTest
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import (
        ListMailboxesQuery,
        ListMailboxMessagesQuery,
        MailboxPatch,
        MailboxRequest,
        MailboxTestRequest,
    )


class AsyncMailboxes:
    """`client.mailboxes`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListMailboxesQuery]) -> AsyncList[Mailbox]:
        """Oldest first, each with how it is doing: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def create(self, *, idempotency_key: str | None = None, **members: Unpack[MailboxRequest]) -> Mailbox:
        """Sets a mailbox up, which is watched from then on; the result is without its secret."""
        return await self._runner.call(calls.create(members, idempotency_key))

    async def get(self, mailbox_id: str) -> Mailbox:
        return await self._runner.call(calls.get(mailbox_id))

    async def update(
        self,
        mailbox_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[MailboxPatch],
    ) -> Mailbox:
        """
        What is left out stays.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return await self._runner.call(calls.update(mailbox_id, members, if_match, idempotency_key))

    async def delete(
        self, mailbox_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """It is not watched any more."""
        return await self._runner.call(calls.delete(mailbox_id, if_match, idempotency_key))

    async def test(
        self, mailbox_id: str, *, idempotency_key: str | None = None, **members: Unpack[MailboxTestRequest]
    ) -> MailboxTest:
        """Connects with what is stored, and `members` in its place; what is wrong is in the result."""
        return await self._runner.call(calls.test(mailbox_id, members, idempotency_key))

    def list_messages(self, mailbox_id: str, **query: Unpack[ListMailboxMessagesQuery]) -> AsyncList[MailboxMessage]:
        """What came, newest first, and what became of it: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.messages(mailbox_id, query), self._runner)
