"""`client.tokens` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import Token, TokenCreated
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListTokensQuery, TokenPatch, TokenRequest


class Tokens:
    """`client.tokens`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListTokensQuery]) -> Page[Token]:
        """Newest first, without revoked ones: one page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)

    def create(self, *, idempotency_key: str | None = None, **members: Unpack[TokenRequest]) -> TokenCreated:
        """Makes a token; `token` of the result is its text, which is never shown again."""
        return self._runner.call(calls.create(members, idempotency_key))

    def update(
        self,
        token_id: str,
        *,
        if_match: int | str | None = None,
        idempotency_key: str | None = None,
        **members: Unpack[TokenPatch],
    ) -> Token:
        """
        Changes name, scopes or expiry.

        `if_match` is the version that the change is made to, or its `ETag`: a change in between raises ConflictError.
        """
        return self._runner.call(calls.update(token_id, members, if_match, idempotency_key))

    def revoke(self, token_id: str, *, if_match: int | str | None = None, idempotency_key: str | None = None) -> None:
        """No call that begins after this returns gets in with the token."""
        return self._runner.call(calls.revoke(token_id, if_match, idempotency_key))
