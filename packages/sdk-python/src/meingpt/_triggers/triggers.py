"""`client.triggers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList, Page
from .._http.runner import AsyncRunner, Runner
from ..types import TriggerState
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListTriggersQuery


class Triggers:
    """`client.triggers` of the synchronous client."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListTriggersQuery]) -> Page[TriggerState]:
        """Those of all workflows, and whether they are listening. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)


class AsyncTriggers:
    """`client.triggers` of the asynchronous client."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListTriggersQuery]) -> AsyncList[TriggerState]:
        """Those of all workflows, and whether they are listening. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)
