"""The calls of what an editor of workflows needs to know."""

from __future__ import annotations

from typing import Any

from .._http.call import Call, anything, route
from ..types import ExpressionHelpers, StepTypes, TriggerTypes


def step_types() -> Call[StepTypes]:
    return Call("GET", "/step-types", StepTypes)


def trigger_types() -> Call[TriggerTypes]:
    return Call("GET", "/trigger-types", TriggerTypes)


def expression_helpers() -> Call[ExpressionHelpers]:
    return Call("GET", "/expression-helpers", ExpressionHelpers)


def step_schema(step_type: str) -> Call[Any]:
    return Call("GET", route("/schemas/steps/{step_type}.json", step_type=step_type), anything)
