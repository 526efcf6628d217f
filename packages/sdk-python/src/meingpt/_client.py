"""The two clients."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._ai.async_ai_models import AsyncAiModels
from ._ai.async_ai_providers import AsyncAiProviders
from ._ai.sync_ai_models import AiModels
from ._ai.sync_ai_providers import AiProviders
from ._approvals.async_approvals import AsyncApprovals
from ._approvals.sync_approvals import Approvals
from ._audit_log.async_audit_log import AsyncAuditLog
from ._audit_log.sync_audit_log import AuditLog
from ._clock import AsyncClock, AsyncSystemClock, Clock, SystemClock
from ._config import CallOptions, ClientOptions, Settings, settings_from
from ._credits.async_credits import AsyncCreditsCalls
from ._credits.sync_credits import CreditsCalls
from ._errors import UsageError
from ._event_subscriptions.async_event_subscriptions import AsyncEventSubscriptions
from ._event_subscriptions.sync_event_subscriptions import EventSubscriptions
from ._events.events import AsyncEvents, Events
from ._executions.async_executions import AsyncExecutions
from ._executions.sync_executions import Executions
from ._http.call import OMITTED, Call, anything
from ._http.response import APIResponse, answers, response_of
from ._http.runner import AsyncRunner, Runner
from ._http.transport import Transport
from ._jobs.async_jobs import AsyncJobs
from ._jobs.sync_jobs import Jobs
from ._mail_senders.async_mail_senders import AsyncMailSenders
from ._mail_senders.sync_mail_senders import MailSenders
from ._mailboxes.async_mailboxes import AsyncMailboxes
from ._mailboxes.sync_mailboxes import Mailboxes
from ._organisations.async_organisations import AsyncOrganisations
from ._organisations.sync_organisations import Organisations
from ._reference.async_reference import AsyncReference
from ._reference.sync_reference import Reference
from ._schedules.async_schedules import AsyncSchedules
from ._schedules.sync_schedules import Schedules
from ._secrets.async_secrets import AsyncSecrets
from ._secrets.sync_secrets import Secrets
from ._tokens import calls as token_calls
from ._tokens.async_tokens import AsyncTokens
from ._tokens.sync_tokens import Tokens
from ._triggers.triggers import AsyncTriggers, Triggers
from ._variables.async_variables import AsyncVariables
from ._variables.sync_variables import Variables
from ._webhooks.webhooks import AsyncWebhooks, Webhooks
from ._workflows.async_workflows import AsyncWorkflows
from ._workflows.sync_workflows import Workflows
from .types import Account, Capabilities

if TYPE_CHECKING:
    from typing_extensions import ParamSpec, Unpack

    P = ParamSpec("P")

T = TypeVar("T")


class WorkflowClient:
    """
    A client of the Workflow API: `WorkflowClient(api_key=…, base_url=…)`, each option with a default (`ClientOptions`).

    It holds no connection, so that there is nothing to close, and threads and forked processes can share it.
    """

    workflows: Workflows
    executions: Executions
    schedules: Schedules
    approvals: Approvals
    jobs: Jobs
    triggers: Triggers
    events: Events
    event_subscriptions: EventSubscriptions
    mailboxes: Mailboxes
    secrets: Secrets
    variables: Variables
    mail_senders: MailSenders
    ai_providers: AiProviders
    ai_models: AiModels
    credits: CreditsCalls
    tokens: Tokens
    organisations: Organisations
    audit_log: AuditLog
    reference: Reference
    webhooks: Webhooks

    def __init__(self, *, clock: Clock | None = None, **options: Unpack[ClientOptions]) -> None:
        """Raises UsageError when the base URL or a number is not one. `clock` is for tests."""
        self._use(settings_from(options), clock or SystemClock())

    def _use(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._runner = Runner(Transport(settings, clock), clock)
        self.workflows = Workflows(self._runner)
        self.executions = Executions(self._runner)
        self.schedules = Schedules(self._runner)
        self.approvals = Approvals(self._runner)
        self.jobs = Jobs(self._runner)
        self.triggers = Triggers(self._runner)
        self.events = Events(self._runner)
        self.event_subscriptions = EventSubscriptions(self._runner)
        self.mailboxes = Mailboxes(self._runner)
        self.secrets = Secrets(self._runner)
        self.variables = Variables(self._runner)
        self.mail_senders = MailSenders(self._runner)
        self.ai_providers = AiProviders(self._runner)
        self.ai_models = AiModels(self._runner)
        self.credits = CreditsCalls(self._runner)
        self.tokens = Tokens(self._runner)
        self.organisations = Organisations(self._runner)
        self.audit_log = AuditLog(self._runner)
        self.reference = Reference(self._runner)
        self.webhooks = Webhooks(self._runner)

    def with_options(self, **options: Unpack[CallOptions]) -> WorkflowClient:
        """The same client with other options: `client.with_options(timeout=5).workflows.get(workflow_id)`."""
        other = WorkflowClient.__new__(WorkflowClient)
        other._use(_changed(self._settings, options), self._clock)
        return other

    def with_response(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> APIResponse[T]:
        """A result with status, headers and request id: `client.with_response(client.workflows.get, id)`."""
        kept: list[Any] = []
        token = answers.set(kept)
        try:
            return response_of(method(*args, **kwargs), kept)
        finally:
            answers.reset(token)

    def me(self) -> Account:
        """The organisation, token and limits of the key."""
        return self._runner.call(token_calls.me())

    def capabilities(self) -> Capabilities:
        """What the installation acts on, and its limits."""
        return self._runner.call(token_calls.capabilities())

    def request(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = OMITTED) -> Any:
        """
        Any call, with the same key, retries and errors; `path` is behind the base URL, such as `/executions`, with
        its ids encoded. Returns the answer's JSON, None without a body.
        """
        return self._runner.call(_raw_call(method, path, query, body))


class AsyncWorkflowClient:
    """
    A client of the Workflow API for asyncio: `AsyncWorkflowClient(api_key=…, base_url=…)`, each option with a default
    (`ClientOptions`).

    It holds no connection, so that there is nothing to close, and event loops can share it. A call whose task is
    cancelled closes its connection at once.
    """

    workflows: AsyncWorkflows
    executions: AsyncExecutions
    schedules: AsyncSchedules
    approvals: AsyncApprovals
    jobs: AsyncJobs
    triggers: AsyncTriggers
    events: AsyncEvents
    event_subscriptions: AsyncEventSubscriptions
    mailboxes: AsyncMailboxes
    secrets: AsyncSecrets
    variables: AsyncVariables
    mail_senders: AsyncMailSenders
    ai_providers: AsyncAiProviders
    ai_models: AsyncAiModels
    credits: AsyncCreditsCalls
    tokens: AsyncTokens
    organisations: AsyncOrganisations
    audit_log: AsyncAuditLog
    reference: AsyncReference
    webhooks: AsyncWebhooks

    def __init__(self, *, clock: AsyncClock | None = None, **options: Unpack[ClientOptions]) -> None:
        """Raises UsageError when the base URL or a number is not one. `clock` is for tests."""
        self._use(settings_from(options), clock or AsyncSystemClock())

    def _use(self, settings: Settings, clock: AsyncClock) -> None:
        self._settings = settings
        self._clock = clock
        self._runner = AsyncRunner(Transport(settings, clock), clock)
        self.workflows = AsyncWorkflows(self._runner)
        self.executions = AsyncExecutions(self._runner)
        self.schedules = AsyncSchedules(self._runner)
        self.approvals = AsyncApprovals(self._runner)
        self.jobs = AsyncJobs(self._runner)
        self.triggers = AsyncTriggers(self._runner)
        self.events = AsyncEvents(self._runner)
        self.event_subscriptions = AsyncEventSubscriptions(self._runner)
        self.mailboxes = AsyncMailboxes(self._runner)
        self.secrets = AsyncSecrets(self._runner)
        self.variables = AsyncVariables(self._runner)
        self.mail_senders = AsyncMailSenders(self._runner)
        self.ai_providers = AsyncAiProviders(self._runner)
        self.ai_models = AsyncAiModels(self._runner)
        self.credits = AsyncCreditsCalls(self._runner)
        self.tokens = AsyncTokens(self._runner)
        self.organisations = AsyncOrganisations(self._runner)
        self.audit_log = AsyncAuditLog(self._runner)
        self.reference = AsyncReference(self._runner)
        self.webhooks = AsyncWebhooks(self._runner)

    def with_options(self, **options: Unpack[CallOptions]) -> AsyncWorkflowClient:
        """The same client with other options: `await client.with_options(timeout=5).workflows.get(workflow_id)`."""
        other = AsyncWorkflowClient.__new__(AsyncWorkflowClient)
        other._use(_changed(self._settings, options), self._clock)
        return other

    async def with_response(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> APIResponse[T]:
        """A result with status, headers and request id: `await client.with_response(client.workflows.get, id)`."""
        kept: list[Any] = []
        token = answers.set(kept)
        try:
            return response_of(await method(*args, **kwargs), kept)
        finally:
            answers.reset(token)

    async def me(self) -> Account:
        """The organisation, token and limits of the key."""
        return await self._runner.call(token_calls.me())

    async def capabilities(self) -> Capabilities:
        """What the installation acts on, and its limits."""
        return await self._runner.call(token_calls.capabilities())

    async def request(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = OMITTED
    ) -> Any:
        """
        Any call, with the same key, retries and errors; `path` is behind the base URL, such as `/executions`, with
        its ids encoded. Returns the answer's JSON, None without a body.
        """
        return await self._runner.call(_raw_call(method, path, query, body))


def _changed(settings: Settings, options: CallOptions) -> Settings:
    return replace(settings, **{**options, "headers": _merged(settings.headers, options.get("headers", {}))})  # type: ignore[arg-type]


def _merged(of_client: Mapping[str, str], of_call: Mapping[str, str]) -> dict[str, str]:
    named = {name.lower() for name in of_call}
    return {**{name: value for name, value in of_client.items() if name.lower() not in named}, **of_call}


def _raw_call(method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Call[Any]:
    if not method.isalpha() or not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
        raise UsageError(
            "method is one such as GET, and path begins with a slash, behind the base URL, and is encoded."
        )
    return Call(method.upper(), path, anything, query=query or {}, body=body)
