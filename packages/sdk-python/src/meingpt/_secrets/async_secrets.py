"""`client.secrets` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import Secret
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListSecretsQuery, SecretRequest


class AsyncSecrets:
    """`client.secrets`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListSecretsQuery]) -> AsyncList[Secret]:
        """By name, without values, which nothing returns. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)

    async def put(
        self,
        secret_name: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[SecretRequest],
    ) -> Secret:
        """
        Stores a secret, or replaces its value; the result is without it.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return await self._runner.call(calls.put(secret_name, members, if_match, idempotency_key))

    async def delete(
        self, secret_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Steps that read it fail from then on."""
        return await self._runner.call(calls.delete(secret_name, if_match, idempotency_key))
