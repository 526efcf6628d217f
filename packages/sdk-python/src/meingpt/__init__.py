"""Python SDK of the Workflow API: create workflows, run them, wait for them, verify webhooks."""

from ._client import AsyncWorkflowClient, WorkflowClient
from ._clock import AsyncClock, Clock
from ._config import CallOptions, ClientOptions
from ._errors import (
    APIConnectionError,
    APIConnectionTimeoutError,
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ExecutionFailedError,
    InsufficientCreditsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
    UsageError,
    WaitTimeoutError,
    WebhookVerificationError,
    WorkflowClientError,
)
from ._events.stream import AsyncEventStream, EventStream
from ._executions.waiting import WaitOptions
from ._http.headers import Headers
from ._http.page import AsyncList, AsyncPage, Page
from ._http.response import APIResponse
from ._version import VERSION as __version__

__all__ = [
    "APIConnectionError",
    "APIConnectionTimeoutError",
    "APIError",
    "APIResponse",
    "AsyncClock",
    "AsyncEventStream",
    "AsyncList",
    "AsyncPage",
    "AsyncWorkflowClient",
    "AuthenticationError",
    "BadRequestError",
    "CallOptions",
    "ClientOptions",
    "Clock",
    "ConflictError",
    "EventStream",
    "ExecutionFailedError",
    "Headers",
    "InsufficientCreditsError",
    "InternalServerError",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "UnprocessableEntityError",
    "UsageError",
    "WaitOptions",
    "WaitTimeoutError",
    "WebhookVerificationError",
    "WorkflowClient",
    "WorkflowClientError",
    "__version__",
]
