"""The calls of mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Mailbox, MailboxMessage, MailboxTest


def listing(query: Mapping[str, Any]) -> Listing[Mailbox]:
    return Listing(
        first=Call("GET", "/mailboxes", page_of("mailboxes"), query=query),
        member="mailboxes",
        item=Mailbox,
        following=behind_cursor,
    )


def create(request: Mapping[str, Any], idempotency_key: str | None) -> Call[Mailbox]:
    return Call("POST", "/mailboxes", Mailbox, body=request, idempotency_key=idempotency_key)


def get(mailbox_id: str) -> Call[Mailbox]:
    return Call("GET", route("/mailboxes/{mailbox_id}", mailbox_id=mailbox_id), Mailbox)


def update(
    mailbox_id: str, patch: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Mailbox]:
    return Call(
        "PATCH",
        route("/mailboxes/{mailbox_id}", mailbox_id=mailbox_id),
        Mailbox,
        body=patch,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(mailbox_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = route("/mailboxes/{mailbox_id}", mailbox_id=mailbox_id)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def test(mailbox_id: str, changes: Mapping[str, Any], idempotency_key: str | None) -> Call[MailboxTest]:
    path = route("/mailboxes/{mailbox_id}/test", mailbox_id=mailbox_id)
    return Call("POST", path, MailboxTest, body=changes, idempotency_key=idempotency_key)


def messages(mailbox_id: str, query: Mapping[str, Any]) -> Listing[MailboxMessage]:
    path = route("/mailboxes/{mailbox_id}/messages", mailbox_id=mailbox_id)
    return Listing(
        first=Call("GET", path, page_of("messages"), query=query),
        member="messages",
        item=MailboxMessage,
        following=behind_cursor,
    )
