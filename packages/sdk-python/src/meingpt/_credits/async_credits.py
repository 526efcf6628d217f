"""`client.credits` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.runner import AsyncRunner
from ..types import Credits, CreditUsage
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import GetCreditsQuery, GetCreditUsageQuery


class AsyncCreditsCalls:
    """`client.credits`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    async def get(self, **query: Unpack[GetCreditsQuery]) -> Credits:
        """The balance, and a page of the ledger; `starting_after` is the `next_cursor` of the page before."""
        return await self._runner.call(calls.get(query))

    async def usage(self, **query: Unpack[GetCreditUsageQuery]) -> CreditUsage:
        """What was used of models, by day, workflow, model or label."""
        return await self._runner.call(calls.usage(query))
