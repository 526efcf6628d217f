"""JSON Schemas as Python types."""

from __future__ import annotations

import json
import textwrap
from typing import Any, Callable

Schema = dict[str, Any]
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


class Types:
    """
    The types that were made, in an order in which each is behind those it needs.

    `blocks` is their source text. Objects without a name are named after their place; two of one form are one type.
    """

    def __init__(self, schemas: dict[str, Schema], shorter: dict[str, str], is_keyword: Callable[[str], bool]) -> None:
        self.blocks: list[str] = []
        self._schemas = schemas
        self._shorter = shorter
        self._is_keyword = is_keyword
        self._names: dict[str, str] = {}
        self._models: set[str] = set()

    def add_dictionary(self, name: str, schema: Schema) -> str:
        """A TypedDict, of what is sent; returns its name."""
        known = self._known("dictionary", name, schema)
        if known:
            return known
        required: list[str] = []
        optional: list[str] = []
        # Words of the language, with which no class can be written.
        odd: dict[str, list[str]] = {"Needed": [], "Other": []}
        needed = schema.get("required", [])
        for member, of in schema["properties"].items():
            if of.get("readOnly"):
                continue
            kind = self._type(f"{name}{_pascal(member)}", of, self.add_dictionary)
            # Also what is typed may be sent in the place of what is not: a TypedDict is no dict[str, Any].
            if of.get("properties") == {}:
                kind = "Mapping[str, Any]"
            if self._is_keyword(member):
                odd["Needed" if member in needed else "Other"].append(f'"{member}": "{kind}"')
            else:
                (required if member in needed else optional).append(_member(member, kind, of))
        bases = []
        if required and (optional or any(odd.values())):
            self.blocks.append(_class(f"_{name}Required", "TypedDict", "", required))
            bases.append(f"_{name}Required")
        for base, fields in odd.items():
            if fields:
                part = f"_{name}{base}"
                least = "" if base == "Needed" else ", total=False"
                self.blocks.append(f'{part} = TypedDict("{part}", {{{", ".join(fields)}}}{least})')
                bases.append(part)
        total = bool(required) and not bases
        above = ", ".join(bases or ["TypedDict"]) + ("" if total else ", total=False")
        self.blocks.append(_class(name, above, schema.get("description", ""), required if total else optional))
        return name

    def add_model(self, name: str, schema: Schema, also: Schema | None) -> str:
        """A Model, of what comes back; `also` has members of a TypedDict that it has too. Returns its name."""
        known = self._known("model", name, schema)
        if known:
            return known
        members, nested = [], []
        needed = schema.get("required", [])
        for member, of in schema["properties"].items():
            kind = self._type(f"{name}{_pascal(member)}", of, lambda inner, each: self.add_model(inner, each, None))
            model = kind.removesuffix(" | None").removeprefix("list[").removesuffix("]")
            if model in self._models:
                nested.append(f'"{member}": {model}')
            # A word of the language is no name of an attribute; it is read as model["from"].
            if self._is_keyword(member):
                continue
            members.append(_member(member, kind if member in needed else _or_none(kind), of))
        for member, of in (also or {}).get("properties", {}).items():
            if member in schema["properties"] or of.get("readOnly") or self._is_keyword(member):
                continue
            kind = self._type(f"{name}{_pascal(member)}", of, self.add_dictionary)
            members.append(_member(member, kind if member in (also or {})["required"] else _or_none(kind), of))
        if nested:
            members.insert(0, f"_nested = {{{', '.join(nested)}}}")
        self.blocks.append(_class(name, "Model", schema.get("description", ""), members))
        self._models.add(name)
        return name

    def _known(self, form: str, name: str, schema: Schema) -> str | None:
        """The name of a type of the same form; otherwise remembers that this one has it."""
        shape = form + json.dumps(_without_words(schema), sort_keys=True)
        if shape in self._names:
            return self._names[shape]
        if name in self._names.values():
            raise SystemExit(f"{name} would be two types: give one a name in SHORTER_NAMES")
        self._names[shape] = name
        return None

    def _type(self, place: str, schema: Schema, add: Callable[[str, Schema], str]) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return add(_pascal(name), self._schemas[name])
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return _united([self._type(place, each, add) for each in schema[union]])
        if "const" in schema or "enum" in schema:
            values = schema.get("enum", [schema.get("const")])
            # A text as JSON has it is one of Python too; a boolean is not.
            words = (str(value) if isinstance(value, bool) else json.dumps(value) for value in values)
            return f"Literal[{', '.join(words)}]"
        kinds = schema.get("type", [])
        return _united([self._of(kind, place, schema, add) for kind in ([kinds] if isinstance(kinds, str) else kinds)])

    def _of(self, kind: str, place: str, schema: Schema, add: Callable[[str, Schema], str]) -> str:
        if kind == "array":
            return f"list[{self._type(place, schema.get('items', {}), add)}]"
        if kind != "object":
            return _SCALARS[kind]
        # An object of which the document declares no member can have any.
        if not schema.get("properties"):
            return "dict[str, Any]"
        return add(self._shorter.get(place, place), schema)


def _united(kinds: list[str]) -> str:
    if not kinds or "Any" in kinds:
        return "Any"
    literals = [kind.removeprefix("Literal[").removesuffix("]") for kind in kinds if kind.startswith("Literal[")]
    others = [kind for kind in kinds if not kind.startswith("Literal[")]
    named = [f"Literal[{', '.join(literals)}]"] if literals else []
    last = ["None"] if "None" in others else []
    return " | ".join(dict.fromkeys([*named, *(kind for kind in others if kind != "None"), *last]))


def _or_none(kind: str) -> str:
    return kind if kind == "Any" or kind.endswith("None") else f"{kind} | None"


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        # A member of an object may be named so too, and is a schema then.
        words = {name for name in ("description", "title") if isinstance(value.get(name), str)}
        return {name: _without_words(each) for name, each in value.items() if name not in words}
    return [_without_words(each) for each in value] if isinstance(value, list) else value


def _pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in text.lstrip("$").replace("-", "_").split("_"))


def _member(name: str, kind: str, schema: Schema) -> str:
    return "\n".join([f"{name}: {kind}", *_words(schema.get("description", ""))])


def _class(name: str, base: str, description: str, members: list[str]) -> str:
    words = _words(description)
    body = "\n".join([*words, *([""] if words and members else []), *members]) or "pass"
    return f"class {name}({base}):\n{textwrap.indent(body, '    ')}"


def _words(description: str) -> list[str]:
    if not description:
        return []
    text = description.replace("\\", "\\\\").replace('"""', "'''")
    if len(text) <= 105 and "\n" not in text and not text.endswith('"'):
        return [f'"""{text}"""']
    return ['"""', *textwrap.wrap(text, 110), '"""']
