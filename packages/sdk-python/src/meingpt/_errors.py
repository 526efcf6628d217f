"""Everything this package raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._http.headers import Headers
    from .types import Execution, StepRun


class WorkflowClientError(Exception):
    """Everything this package raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        # By default an exception is unpickled by calling its class with the message alone.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[WorkflowClientError], args: tuple[Any, ...], state: dict[str, Any]) -> WorkflowClientError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(WorkflowClientError):
    """The call itself is wrong: nothing was sent."""


@dataclass(frozen=True)
class Refusal:
    """What an answer that is no success says."""

    status: int
    headers: Headers
    code: str | None
    message: str
    details: Mapping[str, Any]
    request_id: str | None
    retry_after: float | None


class APIError(WorkflowClientError):
    """The API refused the call."""

    status: int
    headers: Headers
    code: str | None
    """The code of the catalogue, as `WORKFLOW_NOT_FOUND`; None when the answer was not the API's own, but a proxy's."""
    message: str
    details: Mapping[str, Any]
    """What belongs to the code; `issues` lists every problem of a document."""
    request_id: str | None
    """Names the call in the logs of the platform."""
    retry_after: float | None
    """Seconds that `Retry-After` asks to wait; None without it."""

    def __init__(self, refusal: Refusal) -> None:
        request = f" ({refusal.request_id})" if refusal.request_id else ""
        super().__init__(f"{refusal.status} {refusal.code or 'without a code'}: {refusal.message}{request}")
        self.status = refusal.status
        self.headers = refusal.headers
        self.code = refusal.code
        self.message = refusal.message
        self.details = refusal.details
        self.request_id = refusal.request_id
        self.retry_after = refusal.retry_after


class BadRequestError(APIError):
    """400: the body or a parameter is not what the call takes."""


class AuthenticationError(APIError):
    """401: the API key is missing or wrong."""


class InsufficientCreditsError(APIError):
    """402."""


class PermissionDeniedError(APIError):
    """403: the API key lacks a scope."""


class NotFoundError(APIError):
    """404."""


class ConflictError(APIError):
    """409 and 412: the state of the workflow does not allow it, or somebody changed it in between."""


class UnprocessableEntityError(APIError):
    """422."""


class RateLimitError(APIError):
    """429."""

    @property
    def reset_at(self) -> datetime | None:
        """When the window ends, in UTC; None when the answer does not say."""
        try:
            return datetime.fromtimestamp(int(self.headers.get("x-ratelimit-reset", "")), timezone.utc)
        except (ValueError, OverflowError, OSError):
            return None


class InternalServerError(APIError):
    """500 and above."""


_CLASSES: Mapping[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def api_error(refusal: Refusal) -> APIError:
    """The error of the class that belongs to the status."""
    default = InternalServerError if refusal.status >= 500 else APIError
    return _CLASSES.get(refusal.status, default)(refusal)


class APIConnectionError(WorkflowClientError):
    """No whole answer came."""

    maybe_done: bool
    """Whether the request may have reached the API, and so may have been carried out."""

    def __init__(self, message: str, *, maybe_done: bool) -> None:
        super().__init__(message)
        self.maybe_done = maybe_done


class APIConnectionTimeoutError(APIConnectionError):
    """The time limit of an attempt ended it."""


class WebhookVerificationError(WorkflowClientError):
    """A delivery is not signed with the secret, or too old."""


class ExecutionFailedError(WorkflowClientError):
    """An execution ended as `failed` or `cancelled`."""

    execution: Execution
    step: StepRun | None
    """The innermost step that failed it; None when none did, or when the execution has more steps than an answer."""

    def __init__(self, execution: Execution) -> None:
        step = _failed_step(execution)
        at = f" at {step.path}" if step else ""
        why = f": {execution.error.code}: {execution.error.message}" if execution.error else ""
        super().__init__(f"Execution {execution.id} ended as {execution.status}{at}{why}")
        self.execution = execution
        self.step = step


def _failed_step(execution: Execution) -> StepRun | None:
    """
    The failure of an inner step fails the loop around it too: the longest path is the cause. A `stop` step has not
    failed itself, and those that have may have been gone on from: the execution says where it failed.
    """
    at = execution.failed_path
    failed = [step for step in execution.steps if step.status == "failed" and (at is None or _is_in(step.path, at))]
    innermost = max(failed, key=lambda step: len(step.path), default=None)
    return innermost or next((step for step in execution.steps if step.path == at), None)


def _is_in(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}[", f"{outer}."))


class WaitTimeoutError(WorkflowClientError):
    """The execution did not end within the time limit of the wait. It runs on: wait for it again with its id."""

    execution: Execution
    """As it was last read."""

    def __init__(self, execution: Execution, timeout: float) -> None:
        super().__init__(f"Execution {execution.id} is still {execution.status} after {timeout:g} s; it runs on")
        self.execution = execution
