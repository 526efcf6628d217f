"""`client.reference` of the synchronous client."""

from __future__ import annotations

from typing import Any

from .._http.runner import Runner
from ..types import ExpressionHelpers, StepTypes, TriggerTypes
from . import calls


class Reference:
    """`client.reference`: what an editor of workflows needs to know."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def step_types(self) -> StepTypes:
        """What each type of step does, the schema of its config, the shape of its output, an example."""
        return self._runner.call(calls.step_types())

    def trigger_types(self) -> TriggerTypes:
        """The same of triggers."""
        return self._runner.call(calls.trigger_types())

    def expression_helpers(self) -> ExpressionHelpers:
        """The helpers of `{{ }}` expressions."""
        return self._runner.call(calls.expression_helpers())

    def step_schema(self, step_type: str) -> Any:
        """The JSON Schema of the config of one type of step."""
        return self._runner.call(calls.step_schema(step_type))
