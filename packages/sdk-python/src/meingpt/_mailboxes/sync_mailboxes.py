"""`client.mailboxes` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
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


class Mailboxes:
    """`client.mailboxes`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListMailboxesQuery]) -> Page[Mailbox]:
        """Oldest first, each with how it is doing: one page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def create(self, *, idempotency_key: str | None = None, **members: Unpack[MailboxRequest]) -> Mailbox:
        """Sets a mailbox up, which is watched from then on; the result is without its secret."""
        return self._runner.call(calls.create(members, idempotency_key))

    def get(self, mailbox_id: str) -> Mailbox:
        return self._runner.call(calls.get(mailbox_id))

    def update(
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
        return self._runner.call(calls.update(mailbox_id, members, if_match, idempotency_key))

    def delete(self, mailbox_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None) -> None:
        """It is not watched any more."""
        return self._runner.call(calls.delete(mailbox_id, if_match, idempotency_key))

    def test(
        self, mailbox_id: str, *, idempotency_key: str | None = None, **members: Unpack[MailboxTestRequest]
    ) -> MailboxTest:
        """Connects with what is stored, and `members` in its place; what is wrong is in the result."""
        return self._runner.call(calls.test(mailbox_id, members, idempotency_key))

    def list_messages(self, mailbox_id: str, **query: Unpack[ListMailboxMessagesQuery]) -> Page[MailboxMessage]:
        """What came, newest first, and what became of it: one page, which goes on when it is iterated over."""
        listing = calls.messages(mailbox_id, query)
        return Page(self._runner.call(listing.first), listing, self._runner)
