"""`client.audit_log` of the asynchronous client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._http.page import AsyncList
from .._http.runner import AsyncRunner
from ..types import AuditEntry
from . import calls

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..types import ListAuditLogQuery


class AsyncAuditLog:
    """`client.audit_log`."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def list(self, **query: Unpack[ListAuditLogQuery]) -> AsyncList[AuditEntry]:
        """What was changed, and by whom, newest first. `await` it for one page, or `async for` over all."""
        return AsyncList(calls.listing(query), self._runner)
