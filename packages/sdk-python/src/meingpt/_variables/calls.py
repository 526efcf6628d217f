"""The calls of variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Variable


def listing(query: Mapping[str, Any]) -> Listing[Variable]:
    return Listing(
        first=Call("GET", "/variables", page_of("variables"), query=query),
        member="variables",
        item=Variable,
        following=behind_cursor,
    )


def put(
    variable_name: str, request: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Variable]:
    return Call(
        "PUT",
        route("/variables/{variable_name}", variable_name=variable_name),
        Variable,
        body=request,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(variable_name: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = route("/variables/{variable_name}", variable_name=variable_name)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)
