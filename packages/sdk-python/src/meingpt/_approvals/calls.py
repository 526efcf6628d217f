"""The calls of approvals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call, route
from .._http.page import Listing, behind_cursor, page_of
from ..types import Approval, ApprovalLink


def listing(query: Mapping[str, Any]) -> Listing[Approval]:
    first = Call("GET", "/approvals", page_of("approvals"), query=query)
    return Listing(first=first, member="approvals", item=Approval, following=behind_cursor)


def get(approval_id: str) -> Call[Approval]:
    return Call("GET", route("/approvals/{approval_id}", approval_id=approval_id), Approval)


def decide(approval_id: str, decision: Mapping[str, Any], idempotency_key: str | None) -> Call[Approval]:
    path = route("/approvals/{approval_id}/decide", approval_id=approval_id)
    return Call("POST", path, Approval, body=decision, idempotency_key=idempotency_key)


def create_link(approval_id: str, request: Mapping[str, Any], idempotency_key: str | None) -> Call[ApprovalLink]:
    path = route("/approvals/{approval_id}/links", approval_id=approval_id)
    return Call("POST", path, ApprovalLink, body=request, idempotency_key=idempotency_key)
