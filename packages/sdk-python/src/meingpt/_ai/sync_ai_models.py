"""`client.ai_models` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import AiModel
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListAiModelsQuery


class AiModels:
    """`client.ai_models`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListAiModelsQuery]) -> Page[AiModel]:
        """What workflows may name, by name. One page, which goes on when it is iterated over."""
        listing = calls.model_listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)
