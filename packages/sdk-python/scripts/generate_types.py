"""
Makes src/meingpt/types.py of the OpenAPI document. With --check it only says whether the file is up to date.

What is sent becomes TypedDicts, what comes back becomes Models, the queries of lists become TypedDicts too.
"""

from __future__ import annotations

import json
import keyword
import sys
from pathlib import Path
from typing import Any

from schema_types import Schema, Types

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT.parent / "sdk-conformance" / "openapi.json"
TARGET = ROOT / "src" / "meingpt" / "types.py"

HEADER = '''"""The types of the API. Made of the OpenAPI document by `pnpm sdk:generate`; never changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from ._model import Model
'''

SHORTER_NAMES = {
    "SecretUsedBy": "Reference",
    "StepTestInputError": "Failure",
    "StepTestUsage": "StepRunUsage",
    "WorkflowDocumentSettings": "WorkflowSettings",
    "WorkflowWarnings": "WorkflowWarning",
}
"""Names of objects that have none in the document; by default the member's behind that of the object around it."""

ALSO = {"Workflow": "WorkflowDocument"}
"""A workflow that comes back has the members of the document too, which the API's document leaves open."""


def body_schemas(document: dict[str, Any], direction: str) -> list[str]:
    """The names of the schemas that are sent, or that come back with success."""
    names: list[str] = []
    for operations in document["paths"].values():
        for operation in operations.values():
            if direction == "sent":
                contents = [operation.get("requestBody", {}).get("content", {})]
            else:
                answers = operation["responses"].items()
                contents = [answer.get("content", {}) for status, answer in answers if status.startswith("2")]
            for content in contents:
                schema = content.get("application/json", {}).get("schema", {})
                if "text/event-stream" in content:
                    stream = content["text/event-stream"]["schema"]["$ref"].rpartition("/")[2]
                    schema = document["components"]["schemas"][stream]["contentSchema"]
                if "$ref" not in schema:
                    schema = (schema.get("anyOf") or schema.get("oneOf") or [{}])[0]
                if "$ref" in schema:
                    names.append(schema["$ref"].rpartition("/")[2])
    return list(dict.fromkeys(names))


def query_types(document: dict[str, Any]) -> list[tuple[str, Schema]]:
    """A type for the query of each operation that has one."""
    found: list[tuple[str, Schema]] = []
    for operations in document["paths"].values():
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            in_path = {one["name"] for one in parameters if one.get("in") == "path"}
            properties = {
                one["name"]: {**one["schema"], "description": one.get("description", "")}
                for one in parameters
                if one.get("in") == "query" and one["name"] not in in_path
            }
            if properties:
                name = operation["operationId"]
                words = f"The query of `{name}`."
                # By its id, a query is another type than one that takes the same.
                schema = {"$id": name, "type": "object", "properties": properties, "description": words}
                found.append((f"{name[0].upper()}{name[1:]}Query", schema))
    return found


def generated() -> str:
    document = json.loads(SOURCE.read_text("utf-8"))
    schemas = document["components"]["schemas"]
    types = Types(schemas, SHORTER_NAMES, is_keyword=lambda name: not name.isidentifier() or keyword.iskeyword(name))
    sent, returned = body_schemas(document, "sent"), body_schemas(document, "returned")
    for name in sent:
        if "properties" in schemas[name]:
            types.add_dictionary(name, schemas[name])
    for name, schema in query_types(document):
        types.add_dictionary(name, schema)
    for name in returned:
        # A page is read as it is, and its items are wrapped.
        if "properties" in schemas[name] and not name.endswith("List"):
            types.add_model(name, schemas[name], schemas.get(ALSO.get(name, "")))
        for member in schemas[name].get("properties", {}).values() if name.endswith("List") else ():
            if "$ref" in member.get("items", {}):
                item = member["items"]["$ref"].rpartition("/")[2]
                types.add_model(item, schemas[item], None)
    return HEADER + "".join(f"\n\n{block}\n" for block in types.blocks)


def main() -> int:
    text = generated()
    if "--check" not in sys.argv[1:]:
        TARGET.write_text(text, "utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text("utf-8") == text:
        return 0
    print("src/meingpt/types.py is not what the OpenAPI document says. Run: pnpm sdk:generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
