"""`client.ai_providers` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import AiProvider, AiProviderTest
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import AiProviderRequest, AiProviderTestRequest, ListAiProvidersQuery


class AiProviders:
    """`client.ai_providers`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListAiProvidersQuery]) -> Page[AiProvider]:
        """Those of the organisation, by name, without keys. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def get(self, provider_name: str) -> AiProvider:
        """One of them, without its key."""
        return self._runner.call(calls.get(provider_name))

    def put(
        self,
        provider_name: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[AiProviderRequest],
    ) -> AiProvider:
        """
        Stores a provider of models, or replaces it whole; without `api_key`, that of the same API stays.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return self._runner.call(calls.put(provider_name, members, if_match, idempotency_key))

    def delete(
        self, provider_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Steps that name a model which only it has fail from then on."""
        return self._runner.call(calls.delete(provider_name, if_match, idempotency_key))

    def test(
        self, provider_name: str, *, idempotency_key: str | None = None, **members: Unpack[AiProviderTestRequest]
    ) -> AiProviderTest:
        """Asks a model of it for one word, by default its first one; what is wrong is an error."""
        return self._runner.call(calls.test(provider_name, members, idempotency_key))
