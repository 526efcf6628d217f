"""`client.audit_log` of the synchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import Page
from .._http.runner import Runner
from ..types import AuditEntry
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListAuditLogQuery


class AuditLog:
    """`client.audit_log`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListAuditLogQuery]) -> Page[AuditEntry]:
        """What was changed, and by whom, newest first. One page, which goes on when it is iterated over."""
        listing = calls.listing(query)
        return Page(self._runner.call(listing.first), listing, self._runner)
