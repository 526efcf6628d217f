"""The calls of triggers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call
from .._http.page import Listing, behind_cursor, page_of
from ..types import TriggerState


def listing(query: Mapping[str, Any]) -> Listing[TriggerState]:
    first = Call("GET", "/triggers", page_of("triggers"), query=query)
    return Listing(first=first, member="triggers", item=TriggerState, following=behind_cursor)
