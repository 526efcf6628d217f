"""`client.organisations` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Credits, Organisation, TokenCreated
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import CreditChange, ListOrganisationsQuery, OrganisationPatch, OrganisationRequest, TokenRequest


class AsyncOrganisations:
    """`client.organisations`, of a client whose key is the operator's token."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListOrganisationsQuery]) -> AsyncList[Organisation]:
        """By id: `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def create(
        self, *, idempotency_key: str | None = None, **members: Unpack[OrganisationRequest]
    ) -> Organisation:
        """Makes an organisation, which has no token yet."""
        return await self._runner.call(calls.create(members, idempotency_key))

    async def get(self, organisation_id: str) -> Organisation:
        return await self._runner.call(calls.get(organisation_id))

    async def update(
        self,
        organisation_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[OrganisationPatch],
    ) -> Organisation:
        """
        Renames, limits or suspends it.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return await self._runner.call(calls.update(organisation_id, members, if_match, idempotency_key))

    async def delete(
        self, organisation_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Deletes one that is suspended, with its tokens, workflows, secrets and variables."""
        return await self._runner.call(calls.delete(organisation_id, if_match, idempotency_key))

    async def add_credits(
        self, organisation_id: str, *, idempotency_key: str | None = None, **members: Unpack[CreditChange]
    ) -> Credits:
        """Adds to its balance; repeated under the same `idempotency_key`, once."""
        return await self._runner.call(calls.add_credits(organisation_id, members, idempotency_key))

    async def create_token(
        self, organisation_id: str, *, idempotency_key: str | None = None, **members: Unpack[TokenRequest]
    ) -> TokenCreated:
        """Makes a token of it; `token` of the result is its text, which is never shown again."""
        return await self._runner.call(calls.create_token(organisation_id, members, idempotency_key))
