"""`client.reference` of the asynchronous client."""

from __future__ import annotations

from typing import Any

from .._http.runner import AsyncRunner
from ..types import ExpressionHelpers, StepTypes, TriggerTypes
from . import calls


class AsyncReference:
    """`client.reference`: what an editor of workflows needs to know."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def step_types(self) -> StepTypes:
        """What each type of step does, the schema of its config, the shape of its output, an example."""
        return await self._runner.call(calls.step_types())

    async def trigger_types(self) -> TriggerTypes:
        """The same of triggers."""
        return await self._runner.call(calls.trigger_types())

    async def expression_helpers(self) -> ExpressionHelpers:
        """The helpers of `{{ }}` expressions."""
        return await self._runner.call(calls.expression_helpers())

    async def step_schema(self, step_type: str) -> Any:
        """The JSON Schema of the config of one type of step."""
        return await self._runner.call(calls.step_schema(step_type))
