"""`client.variables` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Variable
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListVariablesQuery, VariableRequest


class AsyncVariables:
    """`client.variables`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListVariablesQuery]) -> AsyncList[Variable]:
        """By name, of the organisation. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def put(
        self,
        variable_name: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[VariableRequest],
    ) -> Variable:
        """
        Stores a variable of the organisation, or replaces its value; executions that started before keep the former.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return await self._runner.call(calls.put(variable_name, members, if_match, idempotency_key))

    async def delete(
        self, variable_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Executions that started before keep its value."""
        return await self._runner.call(calls.delete(variable_name, if_match, idempotency_key))
