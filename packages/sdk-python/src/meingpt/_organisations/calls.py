"""The operator's calls about organisations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, if_match_header, nothing, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Credits, Organisation, TokenCreated


def listing(query: Mapping[str, Any]) -> Listing[Organisation]:
    return Listing(
        first=Call("GET", "/organisations", page_of("organisations"), query=query),
        member="organisations",
        item=Organisation,
        following=behind_cursor,
    )


def create(request: Mapping[str, Any], idempotency_key: str | None) -> Call[Organisation]:
    return Call("POST", "/organisations", Organisation, body=request, idempotency_key=idempotency_key)


def get(organisation_id: str) -> Call[Organisation]:
    return Call("GET", route("/organisations/{organisation_id}", organisation_id=organisation_id), Organisation)


def update(
    organisation_id: str, patch: Mapping[str, Any], if_match: int | str | None, idempotency_key: str | None
) -> Call[Organisation]:
    return Call(
        "PATCH",
        route("/organisations/{organisation_id}", organisation_id=organisation_id),
        Organisation,
        body=patch,
        headers=if_match_header(if_match),
        idempotency_key=idempotency_key,
    )


def delete(organisation_id: str, if_match: int | str | None, idempotency_key: str | None) -> Call[None]:
    path = route("/organisations/{organisation_id}", organisation_id=organisation_id)
    return Call("DELETE", path, nothing, headers=if_match_header(if_match), idempotency_key=idempotency_key)


def add_credits(organisation_id: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[Credits]:
    path = route("/organisations/{organisation_id}/credits", organisation_id=organisation_id)
    return Call("POST", path, Credits, body=request, idempotency_key=idempotency_key)


def create_token(organisation_id: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[TokenCreated]:
    path = route("/organisations/{organisation_id}/tokens", organisation_id=organisation_id)
    return Call("POST", path, TokenCreated, body=request, idempotency_key=idempotency_key)
