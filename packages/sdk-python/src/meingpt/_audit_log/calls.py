"""The calls of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call
from .._http.page import Listing, behind_cursor, page_of
from ..types import AuditEntry


def listing(query: Mapping[str, Any]) -> Listing[AuditEntry]:
    return Listing(
        first=Call("GET", "/audit-log", page_of("entries"), query=query),
        member="entries",
        item=AuditEntry,
        following=behind_cursor,
    )
