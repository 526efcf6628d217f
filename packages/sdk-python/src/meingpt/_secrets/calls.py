"""The calls of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Secret


def listing(query: Mapping[str, Any]) -> Listing[Secret]:
    return Listing(
        first=Call("GET", "/secrets", page_of("secrets"), query=query),
        member="secrets",
        item=Secret,
        following=behind_cursor,
    )


def put(
    secret_name: str, request: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Secret]:
    return Call(
        "PUT",
        route("/secrets/{secret_name}", secret_name=secret_name),
        Secret,
        body=request,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(secret_name: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = route("/secrets/{secret_name}", secret_name=secret_name)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)
