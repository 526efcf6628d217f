"""`client.mail_senders` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import MailSender, MailSenderTest
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListMailSendersQuery, MailSenderRequest, MailSenderTestRequest


class AsyncMailSenders:
    """`client.mail_senders`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListMailSendersQuery]) -> AsyncList[MailSender]:
        """By name, without passwords. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def get(self, sender_name: str) -> MailSender:
        """One of them, without its password."""
        return await self._runner.call(calls.get(sender_name))

    async def put(
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
        return await self._runner.call(calls.put(sender_name, members, if_match, idempotency_key))

    async def delete(
        self, sender_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Steps that name it fail from then on."""
        return await self._runner.call(calls.delete(sender_name, if_match, idempotency_key))

    async def test(
        self, sender_name: str, *, idempotency_key: str | None = None, **members: Unpack[MailSenderTestRequest]
    ) -> MailSenderTest:
        """Sends a short e-mail by it; what the mail server has against that is an error."""
        return await self._runner.call(calls.test(sender_name, members, idempotency_key))
