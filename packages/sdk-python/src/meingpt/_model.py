"""What the API returns, as objects."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar


class NotAnObjectError(ValueError):
    """An answer is not the JSON object that it should be."""


class Model:
    """
    An object of the API with the names of the wire as attributes; it cannot be changed.

    What the API leaves out is None. Members that this version of the SDK does not know are there too, as attributes and
    by `model["name"]`; `to_dict()` is the JSON as it came.
    """

    __slots__ = ("_data", "_wrapped")
    _nested: ClassVar[Mapping[str, type[Model]]] = {}
    _data: dict[str, Any]
    _wrapped: dict[str, Any]

    def __init__(self, data: dict[str, Any]) -> None:
        if not isinstance(data, dict):
            raise NotAnObjectError(f"{type(self).__name__} is a JSON object")
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_wrapped", {})

    # Hidden from type checkers, for which it would make every misspelt name an attribute.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if not name.startswith("_"):
                if name in self._data:
                    return self._member(name)
                if name in type(self).__annotations__:
                    return None
            raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {', '.join(self._data)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed; to_dict() is a copy that can")

    def __getitem__(self, name: str) -> Any:
        """A member by its name; KeyError when the API left it out."""
        if name not in self._data:
            raise KeyError(name)
        return self._member(name)

    def __contains__(self, name: object) -> bool:
        return name in self._data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and type(other) is type(self) and other._data == self._data

    __hash__ = None  # type: ignore[assignment]  # Its JSON can hold lists, as those of a list can.

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={self._data[name]!r}" for name in ("id", "path", "code", "status") if name in self)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._data,)

    def to_dict(self) -> dict[str, Any]:
        """The JSON as it came; a copy."""
        return copy.deepcopy(self._data)

    def _is_of_the_api(self) -> bool:
        """Whether it has its id, or of the members that it can have at least one: any server returns JSON."""
        names = type(self).__annotations__
        return self._data.get("id") is not None if "id" in names else any(name in self._data for name in names)

    def _member(self, name: str) -> Any:
        kind = self._nested.get(name)
        if kind is None:
            return self._data[name]
        if name not in self._wrapped:
            self._wrapped[name] = _wrap(kind, self._data[name])
        return self._wrapped[name]


def _wrap(kind: type[Model], value: Any) -> Any:
    if isinstance(value, dict):
        return kind(value)
    if isinstance(value, list):
        return [_wrap(kind, entry) for entry in value]
    return value
