"""The calls of mail senders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import MailSender, MailSenderTest


def listing(query: Mapping[str, Any]) -> Listing[MailSender]:
    return Listing(
        first=Call("GET", "/mail/senders", page_of("senders"), query=query),
        member="senders",
        item=MailSender,
        following=behind_cursor,
    )


def get(sender_name: str) -> Call[MailSender]:
    return Call("GET", _path(sender_name), MailSender)


def put(
    sender_name: str, request: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[MailSender]:
    return Call(
        "PUT",
        _path(sender_name),
        MailSender,
        body=request,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(sender_name: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = _path(sender_name)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def test(sender_name: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[MailSenderTest]:
    path = route("/mail/senders/{sender_name}/test", sender_name=sender_name)
    return Call("POST", path, MailSenderTest, body=request, idempotency_key=idempotency_key)


def _path(sender_name: str) -> str:
    return route("/mail/senders/{sender_name}", sender_name=sender_name)
