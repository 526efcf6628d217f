"""`client.variables` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import Variable
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListVariablesQuery, VariableRequest


class Variables:
    """`client.variables`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListVariablesQuery]) -> Page[Variable]:
        """By name, of the organisation. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def put(
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
        return self._runner.call(calls.put(variable_name, members, if_match, idempotency_key))

    def delete(
        self, variable_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Executions that started before keep its value."""
        return self._runner.call(calls.delete(variable_name, if_match, idempotency_key))
