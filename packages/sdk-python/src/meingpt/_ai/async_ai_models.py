"""`client.ai_models` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import AiModel
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListAiModelsQuery


class AsyncAiModels:
    """`client.ai_models`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListAiModelsQuery]) -> AsyncList[AiModel]:
        """What workflows may name, by name. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.model_listing(query), self._runner)
