"""What is repeated, and when."""

from __future__ import annotations

import random
import re
from email.utils import parsedate_to_datetime

from .._errors import APIConnectionError, APIError, WorkflowClientError
from .headers import Headers

_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 8.0
_LONGEST_RETRY_AFTER_S = 60.0
"""Whoever is asked to come back later than this decides for himself: a call must not seem to hang."""
_NOTHING_DONE = (408, 429)
"""Refusals after which nothing was done."""


def retry_delay(error: WorkflowClientError, made: int, *, repeatable: bool) -> float | None:
    """
    How many seconds to wait before a failed attempt is repeated; None when it is not.

    `made` is how many attempts there were before it, `repeatable` whether being carried out twice would do no harm.
    """
    if not _is_worth_repeating(error, repeatable=repeatable):
        return None
    asked = error.retry_after if isinstance(error, APIError) else None
    if asked is not None:
        return asked if asked <= _LONGEST_RETRY_AFTER_S else None
    delay = min(_FIRST_DELAY_S * 2.0**made, _LONGEST_DELAY_S)
    return delay * (1 - random.random() / 4)


def _is_worth_repeating(error: WorkflowClientError, *, repeatable: bool) -> bool:
    if isinstance(error, APIConnectionError):
        return repeatable or not error.maybe_done
    if not isinstance(error, APIError):
        return False
    if error.status in _NOTHING_DONE or (error.status == 409 and error.retry_after is not None):
        return True
    return error.status >= 500 and repeatable


def retry_after_of(headers: Headers, now: float) -> float | None:
    """Seconds that a `Retry-After` asks to wait: it is seconds or a date. None when it is neither."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
