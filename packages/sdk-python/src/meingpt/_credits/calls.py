"""The calls about credits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._http.call import Call
from ..types import Credits, CreditUsage


def get(query: Mapping[str, Any]) -> Call[Credits]:
    return Call("GET", "/credits", Credits, query=query)


def usage(query: Mapping[str, Any]) -> Call[CreditUsage]:
    return Call("GET", "/credits/usage", CreditUsage, query=query)
