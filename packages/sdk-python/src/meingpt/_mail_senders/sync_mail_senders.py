"""`client.mail_senders` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import MailSender, MailSenderTest
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListMailSendersQuery, MailSenderRequest, MailSenderTestRequest


class MailSenders:
    """`client.mail_senders`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListMailSendersQuery]) -> Page[MailSender]:
        """By name, without passwords. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def get(self, sender_name: str) -> MailSender:
        """One of them, without its password."""
        return self._runner.call(calls.get(sender_name))

    def put(
        self,
        sender_name: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[MailSenderRequest],
    ) -> MailSender:
        """
        Stores a mail sender, or replaces it whole; without `password`, that of the same account stays.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return self._runner.call(calls.put(sender_name, members, if_match, idempotency_key))

    def delete(
        self, sender_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Steps that name it fail from then on."""
        return self._runner.call(calls.delete(sender_name, if_match, idempotency_key))

    def test(
        self, sender_name: str, *, idempotency_key: str | None = None, **members: Unpack[MailSenderTestRequest]
    ) -> MailSenderTest:
        """Sends a short e-mail by it; what the mail server has against that is an error."""
        return self._runner.call(calls.test(sender_name, members, idempotency_key))
