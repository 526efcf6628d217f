"""JSON as it is read and written."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Callable

from ._model import Model

ParseFloat = Callable[[str], Any]


def read(text: str | bytes, parse_float: ParseFloat) -> Any:
    """
    Whole numbers have all their digits; `parse_float` makes of the digits of all others what it likes.

    What it cannot hold, as `Decimal` cannot an exponent of twenty digits, is a float: whoever sends such a number
    must not stop its reader.
    """

    def number(digits: str) -> Any:
        try:
            return parse_float(digits)
        except ArithmeticError:
            return float(digits)

    return json.loads(text, parse_float=parse_float if parse_float is float else number)


def write(value: object) -> str:
    """
    The text of a value, that of a Decimal with all its digits.

    Raises TypeError, ValueError and RecursionError for what is no JSON.
    """
    # The encoder writes texts and floats alone: a Decimal goes through it as a text that nobody else can have sent.
    mark = uuid.uuid4().hex

    def other(item: object) -> Any:
        if isinstance(item, Model):
            return item.to_dict()
        if isinstance(item, Mapping):
            return dict(item)
        if isinstance(item, Decimal) and item.is_finite():
            return f"{mark}{item}"
        raise TypeError(f"{type(item).__name__} is no type of JSON")

    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=other)
    return re.sub(f'"{mark}([^"]+)"', r"\1", text) if mark in text else text
