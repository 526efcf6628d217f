"""What Schemathesis has to know of the platform: ids of what is there, without which every call would find nothing."""

import atexit
import json
import os
import time
import zlib
from collections import Counter
from pathlib import Path

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import ServerError
from schemathesis.openapi.checks import AllowHeaderMismatch, UnsupportedMethodResponse

SETTINGS = json.loads(os.environ["MILLRACE_GENERATED_CALLS"])

# By operation, or for all others: what is in the path. A list is used up, since a call deletes what it names.
IDS = SETTINGS["ids"]
# Servers that are named in bodies: none but this machine is called.
HOST = "127.0.0.1"

# Their paths are those of a resource too, with a name in the place of its id: other methods find none of that id.
OF_TWO_MEANINGS = {"validateWorkflow", "countExecutions", "bulkExecutions"}

# The document has all methods that a webhook may take; each takes those of its trigger.
WEBHOOK = "receiveWebhook"

# How often each operation returned each status.
calls = Counter()


def operation_id(case):
    return case.operation.definition.raw["operationId"]


# What is made up of a workflow document: the schema of all steps in all steps is more than Schemathesis can take.
STEP = {
    "type": "object",
    "required": ["id", "type", "config"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z_]{1,8}$"},
        "type": {"enum": SETTINGS["step_types"]},
        "config": {"type": "object"},
    },
}
DOCUMENT = {
    "type": "object",
    "required": ["name", "steps"],
    "properties": {
        "name": {"type": "string"},
        "variables": {"type": "object"},
        "triggers": {"type": "array", "items": {"type": "object"}},
        "steps": {"type": "array", "minItems": 1, "items": STEP},
    },
}


# Of a change anything may be missing.
PATCH = {**DOCUMENT, "required": []}
DOCUMENTS = [
    ("/v1/workflows", "post", DOCUMENT),
    ("/v1/workflows/validate", "post", DOCUMENT),
    ("/v1/workflows/{workflow_id}", "put", PATCH),
]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path, method, schema in DOCUMENTS:
        for content in raw_schema["paths"][path][method]["requestBody"]["content"].values():
            content["schema"] = schema


def known_of(operation):
    """What is in its path, by parameter."""
    return {**IDS["*"], **IDS.get(operation.definition.raw["operationId"], {})}


def keeps_generated(data):
    """Of eight calls one keeps what was generated; the same call always."""
    return zlib.crc32(repr(data).encode()) % 8 == 0


# Many numbers for the same ids: a call that differs in nothing else is made nevertheless.
NUMBERS = st.integers(min_value=0, max_value=2**32 - 1)


@st.composite
def known_or_generated(draw, known, generated):
    return draw(generated) if keeps_generated(draw(NUMBERS)) else dict(known)


# By operation, and by what generates its paths: allowed ones, and wrong ones. Making them anew for each call takes longer than the call.
paths = {}


@schemathesis.hook
def before_generate_path_parameters(context, strategy):
    """Most paths are known. Generating them from the patterns of ids takes longer than all else of a call."""
    operation = context.operation
    names = [parameter.name for parameter in operation.path_parameters]
    known = known_of(operation)
    if not names or any(name not in known for name in names):
        return strategy
    made = paths.setdefault(operation.label, {})
    if id(strategy) not in made:
        # One of a list is taken when the call is made. Both are kept, so that no other strategy gets the same id.
        ids = {name: known[name][0] if isinstance(known[name], list) else known[name] for name in names}
        made[id(strategy)] = strategy, known_or_generated(ids, strategy)
    return made[id(strategy)][1]


def is_chosen(case):
    """Whether known and generated paths were chosen from before."""
    return case.operation.label in paths and case.meta is not None and case.meta.phase.name == "fuzzing"


@schemathesis.hook
def before_call(context, case, kwargs):
    keeps_all = is_chosen(case) or keeps_generated(case.path_parameters)
    known = known_of(case.operation)
    for name in case.path_parameters or {}:
        value = known.get(name)
        if isinstance(value, list):
            # Never what was generated: that may be from an answer, such as the id of the token that all calls are made with.
            case.path_parameters[name] = value.pop() if len(value) > 1 else value[0]
        elif value is not None and not keeps_all:
            case.path_parameters[name] = value
    if isinstance(case.body, dict):
        for part in (case.body, case.body.get("imap")):
            if isinstance(part, dict) and isinstance(part.get("host"), str) and part["host"]:
                part["host"] = HOST


# Seconds after which a request that got 503 is sent again.
PATIENCE = (1, 5)


def is_late(response):
    """Whether 503 was an answer of a busy machine, where a server may be late: the same request gets another response when it is sent again."""
    for seconds in PATIENCE:
        time.sleep(seconds)
        with requests.Session() as session:
            status = session.send(response.request, timeout=60).status_code
        if status != 503:
            return status < 500
    return False


@schemathesis.hook
def filter_failure(context, failure, case, response):
    operation = operation_id(case)
    if isinstance(failure, ServerError) and response.status_code == 503 and is_late(response):
        return False
    if isinstance(failure, AllowHeaderMismatch) and operation.startswith(WEBHOOK):
        return False
    return not (isinstance(failure, UnsupportedMethodResponse) and operation in OF_TWO_MEANINGS)


@schemathesis.hook
def after_call(context, case, response):
    calls[operation_id(case), response.status_code] += 1


@atexit.register
def write_calls():
    counted = {}
    for (operation, status), count in calls.items():
        counted.setdefault(operation, {})[status] = count
    Path(SETTINGS["calls_file"]).write_text(json.dumps(counted))
