"""The calls of API tokens, and those about the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Account, Capabilities, Token, TokenCreated


def listing(query: Mapping[str, Any]) -> Listing[Token]:
    return Listing(
        first=Call("GET", "/tokens", page_of("tokens"), query=query),
        member="tokens",
        item=Token,
        following=behind_cursor,
    )


def create(request: Mapping[str, Any], idempotency_key: str | None) -> Call[TokenCreated]:
    return Call("POST", "/tokens", TokenCreated, body=request, idempotency_key=idempotency_key)


def update(
    token_id: str, patch: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Token]:
    return Call(
        "PATCH",
        route("/tokens/{token_id}", token_id=token_id),
        Token,
        body=patch,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def revoke(token_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = route("/tokens/{token_id}", token_id=token_id)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def me() -> Call[Account]:
    return Call("GET", "/me", Account)


def capabilities() -> Call[Capabilities]:
    return Call("GET", "/capabilities", Capabilities)
