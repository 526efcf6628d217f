"""`client.secrets` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import Secret
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListSecretsQuery, SecretRequest


class Secrets:
    """`client.secrets`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListSecretsQuery]) -> Page[Secret]:
        """By name, without values, which nothing returns. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def put(
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
        return self._runner.call(calls.put(secret_name, members, if_match, idempotency_key))

    def delete(
        self, secret_name: str, *, if_match: int | str | None = None, idempotency_key: str | None = None
    ) -> None:
        """Steps that read it fail from then on."""
        return self._runner.call(calls.delete(secret_name, if_match, idempotency_key))
