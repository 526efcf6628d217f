"""The types of the API. Made of the OpenAPI document by `pnpm sdk:generate`; never changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from ._model import Model


class _TriggerRequired(TypedDict):
    type: Literal["webhook", "schedule", "email"]
    """What starts executions."""


class Trigger(_TriggerRequired, total=False):
    config: dict[str, Any]
    """The settings of the trigger; what they are depends on its type."""


class StepRetry(TypedDict, total=False):
    """How often and when the step is tried again after a failure."""

    max_attempts: int
    """Attempts in all, the first one included (default 3)."""
    backoff: Literal["constant", "linear", "exponential"]
    """How the delay grows from one attempt to the next (default exponential)."""
    initial_delay: float | str
    """
    Delay before the second attempt (default 1 s). A number of seconds, or text such as "500ms", "30s", "5m",
    "2h", "1d".
    """
    max_delay: float | str
    """No delay is longer (default 30 s). A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d"."""
    jitter: bool
    """Spreads the delays at random, so that many executions do not retry at once (default true)."""
    retry_if: str
    """
    Try again only when this holds, e.g. "error.status == 429". It can read error.code, error.message and
    error.status. By default only retryable errors are tried again.
    """
    max_elapsed: float | str
    """
    No attempt starts later than this after the first one. A number of seconds, or text such as "500ms", "30s",
    "5m", "2h", "1d".
    """


class StepOnError(TypedDict):
    goto: str
    """Id of a later step in the same list."""


class _StepRequired(TypedDict):
    id: str
    """Name of the step in expressions, targets and logs; unique in the workflow."""
    type: Literal["ai_completion", "http", "condition", "loop", "email", "transform", "switch", "parallel", "wait", "sub_workflow", "approval", "code", "respond", "stop"]
    """What the step does."""


_StepOther = TypedDict("_StepOther", {"if": "str"}, total=False)


class Step(_StepRequired, _StepOther, total=False):
    name: str
    """A name for people."""
    description: str
    """A note for people."""
    config: dict[str, Any]
    """The settings of the step; what they are depends on its type."""
    next: str | None
    """Id of the later step to go on with, or null to end here. By default the next step in the list."""
    timeout: float | str
    """Longest time for one attempt. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d"."""
    retry: StepRetry
    """How often and when the step is tried again after a failure."""
    on_error: Literal["fail", "continue"] | StepOnError
    """
    After the last failed attempt: "fail" ends the execution (default), "continue" goes on with the error in
    {{id.error}}, {"goto": "id"} goes on at that later step.
    """
    secrets_in_output: bool
    """Says that the output holds secrets: it is then kept out of history, logs and events (default false)."""


class _WorkflowSettingsConcurrencyRequired(TypedDict):
    limit: int
    """Executions that may run at the same time."""


class WorkflowSettingsConcurrency(_WorkflowSettingsConcurrencyRequired, total=False):
    """How many executions may run at the same time."""

    key: str
    """Counts separately for each value, e.g. "{{input.customer_id}}"."""
    on_conflict: Literal["queue", "skip", "cancel_running"]
    """
    What happens to a start above the limit: it waits (default), is dropped, or replaces the oldest that runs.
    """


class _WorkflowSettingsToolRequired(TypedDict):
    name: str
    """The name by which models call it, e.g. "find_order"."""
    description: str
    """What it does, what it returns, and when to use it: what models read."""


class WorkflowSettingsTool(_WorkflowSettingsToolRequired, total=False):
    """Lets models use the workflow as a tool, where an ai_completion step names it."""

    input_schema: dict[str, Any]
    """A JSON Schema of the execution's input, which is an object: what a model passes is checked by it."""


class WorkflowSettings(TypedDict, total=False):
    """What holds for all executions of the workflow."""

    timeout: float | str
    """
    Longest time for an execution, from its start. A number of seconds, or text such as "500ms", "30s", "5m",
    "2h", "1d".
    """
    queue_timeout: float | str
    """
    Longest time that an execution waits for its beginning, from its start: for an executor, and for a slot of
    `concurrency`. One that has waited longer fails and runs nothing. A number of seconds, or text such as
    "500ms", "30s", "5m", "2h", "1d".
    """
    concurrency: WorkflowSettingsConcurrency
    """How many executions may run at the same time."""
    missing: Literal["error", "empty"]
    """What an expression makes of a value that is not there: an error (default), or nothing."""
    on_failure_workflow: str
    """The id of a workflow that is started when an execution fails."""
    tool: WorkflowSettingsTool
    """Lets models use the workflow as a tool, where an ai_completion step names it."""
    retention_days: int
    """How long finished executions are kept, in days. By default as the installation is set."""
    retention_count: int
    """How many finished executions are kept, the newest ones; those that are too old go nevertheless."""


class _WorkflowDocumentRequired(TypedDict):
    name: str
    """The name of the workflow."""
    steps: list[Step]
    """What an execution does, in order."""


_WorkflowDocumentOther = TypedDict("_WorkflowDocumentOther", {"$schema": "str"}, total=False)


class WorkflowDocument(_WorkflowDocumentRequired, _WorkflowDocumentOther, total=False):
    description: str | None
    """What the workflow is for."""
    tags: list[str]
    """Words by which lists are filtered."""
    status: Literal["active", "paused", "draft"]
    """"active" (default) starts by its triggers and the API, "draft" only by the API, "paused" not at all."""
    trigger: Trigger | None
    """What starts executions, besides the API."""
    triggers: list[Trigger]
    """Several triggers, instead of "trigger"."""
    variables: dict[str, Any]
    """Values that expressions read as {{variables.name}}. They are taken as they are, without {{ }}."""
    settings: WorkflowSettings
    """What holds for all executions of the workflow."""
    output: Any
    """The output of an execution; by default the output of the last step that ran."""


_WorkflowPatchOther = TypedDict("_WorkflowPatchOther", {"$schema": "str"}, total=False)


class WorkflowPatch(_WorkflowPatchOther, total=False):
    """The members of the document that change."""

    name: str
    """The name of the workflow."""
    description: str | None
    """What the workflow is for."""
    tags: list[str]
    """Words by which lists are filtered."""
    status: Literal["active", "paused", "draft"]
    """"active" (default) starts by its triggers and the API, "draft" only by the API, "paused" not at all."""
    trigger: Trigger | None
    """What starts executions, besides the API."""
    triggers: list[Trigger]
    """Several triggers, instead of "trigger"."""
    steps: list[Step]
    """What an execution does, in order."""
    variables: dict[str, Any]
    """Values that expressions read as {{variables.name}}. They are taken as they are, without {{ }}."""
    settings: WorkflowSettings
    """What holds for all executions of the workflow."""
    output: Any
    """The output of an execution; by default the output of the last step that ran."""


class _WorkflowDraftRequestRequired(TypedDict):
    document: Mapping[str, Any]
    """The document, which need not be valid."""


class WorkflowDraftRequest(_WorkflowDraftRequestRequired, total=False):
    source: str | None
    pins: Mapping[str, Any]
    """Without it, those that there are stay."""
    based_on: int | None


class PublishDraftRequest(TypedDict, total=False):
    note: str
    """Kept with the version."""
    activate: bool
    """Whether the workflow is active then. The status stays without it."""


class EvaluateRequestContext(TypedDict, total=False):
    """What the text can read; nothing by default."""

    input: Any
    variables: dict[str, Any]
    secrets: dict[str, Any]
    """Values in the place of secrets. Those that are stored cannot be read."""
    env: dict[str, Any]
    steps: dict[str, Any]
    """By the id of the step: its `output`, and `status`, `error` and `data` if they are read."""
    item: Any
    index: int
    loop: Any
    execution: Any
    workflow: Any
    trigger: Any


class EvaluateRequest(TypedDict, total=False):
    expression: str
    """An expression without braces: `input.items.length`."""
    template: str
    """A text with `{{ }}` in it; one `{{ }}` alone keeps the type of its value."""
    condition: str
    """A condition, as in the `if` of a step: `input.n > 1`."""
    context: EvaluateRequestContext
    """What the text can read; nothing by default."""
    missing: Literal["error", "empty"]
    """What a missing value is, as `settings.missing` of a workflow (default `error`)."""


class StepTestRequestContext(TypedDict, total=False):
    """What it can read; nothing by default."""

    input: Any
    variables: dict[str, Any]
    """In the place of the workflow’s own variables; those of the organisation are there anyway."""
    steps: dict[str, Any]
    """Results of the steps before it, by their ids."""
    item: Any
    """Only of a step inside of a loop."""
    index: int
    loop: Any
    trigger: Any
    execution: Any
    workflow: Any


class _StepTestRequestRequired(TypedDict):
    step: Mapping[str, Any]
    """One step, as in a document. `next`, `retry` and `on_error` have no meaning here."""
    effects: bool
    """Whether it may reach outside. Without, the texts of such a step are evaluated, and it is not run."""


class StepTestRequest(_StepTestRequestRequired, total=False):
    context: StepTestRequestContext
    """What it can read; nothing by default."""
    missing: Literal["error", "empty"]
    """What a missing value is, as `settings.missing` of a workflow (default `error`)."""


class ExecutionTestFrom(TypedDict):
    """Begin in the middle, with the results that steps had in an earlier execution."""

    execution_id: str
    """An execution of the same workflow that has ended; it may be a test."""
    path: str
    """The step of the workflow’s own list with which it begins."""


_ExecutionTestOther = TypedDict("_ExecutionTestOther", {"from": "ExecutionTestFrom"}, total=False)


class ExecutionTest(_ExecutionTestOther, total=False):
    draft: bool
    """Run the draft of the workflow in the place of a version."""
    document: Mapping[str, Any]
    """Run this document, which need not be saved."""
    pins: bool
    """Whether the outputs that the draft pins are used instead of those of its steps (default: with `draft`)."""
    mocks: dict[str, Any]
    """
    By the id of a step, the output that is used instead of its own; `{"error": {"code", "message"}}` alone is a
    failure of it. Goes before a pin.
    """
    only: str
    """
    Run this one step of the workflow’s own list: others have the output that is given for them, or are skipped.
    """
    until: str
    """End with this step."""
    effects: bool
    """With `false` steps that reach outside are rendered and not run: their output is null."""


class ExecuteRequest(TypedDict, total=False):
    input: Any
    """Any JSON value; `{{input}}` in the workflow."""
    version: int
    """A version other than the active one."""
    label: str
    """A text of your own by which the execution is found again."""
    test: ExecutionTest
    """Only try something: the execution is marked, and in no figures."""


class CancelRequest(TypedDict, total=False):
    reason: str
    """Why, in your own words; it is kept with the execution."""


class SignalRequest(TypedDict, total=False):
    payload: Any
    """What the step that waits gets as `payload`: any JSON; null without it."""
    signal_id: str
    """Your own id of the signal: one that the execution was sent before is not taken again."""


class ReplayRequest(TypedDict, total=False):
    from_step: str
    """A step of the workflow itself, not one inside of a loop or parallel."""
    version: Literal["latest"] | int
    """A version of the workflow; `latest`, the active one, by default."""
    input: Any
    """In the place of the input that the execution had."""


_ExecutionFilterOther = TypedDict("_ExecutionFilterOther", {"from": "str"}, total=False)


class ExecutionFilter(_ExecutionFilterOther, total=False):
    status: str
    """One status or several: `failed,cancelled`."""
    workflow_id: str
    version: int
    """Of the workflow; needs its id."""
    trigger_type: str
    """`trigger.type`: `api`, `webhook`, …"""
    parent_execution_id: str
    """Only those that `sub_workflow` steps of this execution have started."""
    test: Literal["true", "false"]
    """`true`: only tests; `false`: none of them."""
    error_code: str
    """`error.code` of those that failed."""
    label: str
    """The label that the execution was started with, upper and lower case alike."""
    q: str
    """The beginning of an execution id (`exec_01m8…`) or of a label."""
    min_ms: int
    """Only those that have ended and took at least so many milliseconds."""
    to: str
    """Accepted before then."""


class _BulkRequestRequired(TypedDict):
    action: Literal["cancel", "retry", "replay"]
    filter: ExecutionFilter
    """
    Which executions: as the query of the list says it. Without `status` those that the action is for: `cancel` is
    for `running,waiting`, `retry` for `failed,cancelled`, `replay` for all that have ended.
    """


class BulkRequest(_BulkRequestRequired, total=False):
    dry_run: bool
    """Only say how many there are."""


class _ApprovalDecisionRequestRequired(TypedDict):
    approved: bool
    """False rejects it."""


class ApprovalDecisionRequest(_ApprovalDecisionRequestRequired, total=False):
    comment: str
    """Kept with the decision, also in the output of the step."""


class ApprovalLinkRequest(TypedDict):
    approver: str
    """For whom it is: one of the `approvers`, where the approval names them."""


class WebhookTestRequest(TypedDict, total=False):
    body: Any
    """
    The body of the sample, sent as JSON. By default `{"test": true}`, and none where there is a `query`: that is
    the input of a call without a body then.
    """
    headers: dict[str, Any]
    """
    Further headers, such as `{"X-GitHub-Event": "push"}`. Those that the test makes itself cannot be given: the
    content type, what the trigger requires, the signature and what belongs to it, and those of a connection.
    """
    query: dict[str, Any]
    """Parameters of the query; a list for one that comes more than once."""


class WebhookRotationRequest(TypedDict, total=False):
    grace_seconds: int
    """For how long calls to the former address are taken (default 86,400: a day)."""


class WebhookSecretRotationRequest(TypedDict, total=False):
    secret: str
    """Where the sender makes the secret, as Stripe, Slack and Shopify do. Without it one is made."""
    grace_seconds: int
    """For how long calls by the former secret are taken (default 86,400: a day)."""


_SchedulePreviewRequestOther = TypedDict("_SchedulePreviewRequestOther", {"from": "str"}, total=False)


class SchedulePreviewRequest(_SchedulePreviewRequestOther, total=False):
    cron: str
    interval: str | float
    timezone: str
    """An IANA name (default UTC)."""
    start_at: str
    end_at: str
    jitter: str | float
    catch_up: str
    catch_up_window: str | float
    overlap: str
    input: Any
    count: int
    """How many times (default 5)."""


class _BackfillRequestRequired(TypedDict):
    to: str
    """The last one, not in the future."""


_BackfillRequestNeeded = TypedDict("_BackfillRequestNeeded", {"from": "str"})


class BackfillRequest(_BackfillRequestRequired, _BackfillRequestNeeded, total=False):
    dry_run: bool
    """Only say which times there are."""


class _MailboxRequestImapAuthRequired(TypedDict):
    secret: str
    """The password, or the access token with `xoauth2`. It is never returned."""


class MailboxRequestImapAuth(_MailboxRequestImapAuthRequired, total=False):
    type: Literal["password", "xoauth2"]
    """By default `password`."""


class _MailboxRequestImapRequired(TypedDict):
    host: str
    """The IMAP server."""
    user: str
    auth: MailboxRequestImapAuth


class MailboxRequestImap(_MailboxRequestImapRequired, total=False):
    port: int
    """By default 993, without implicit TLS 143. A usual one changes with `tls`."""
    tls: Literal["implicit", "starttls", "none"]
    """By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only."""
    folder: str
    """The folder that is watched, by default `INBOX`."""


class _MailboxRequestRequired(TypedDict):
    address: str
    """
    The address that the mailbox receives; `*@example.com` for one that receives every address of a domain. It
    says which triggers the mailbox serves.
    """
    imap: MailboxRequestImap


class MailboxRequest(_MailboxRequestRequired, total=False):
    since: Literal["now", "all"]
    """
    Whether messages start workflows that its server got before the mailbox was set up: `all`, or by default
    `now`, none.
    """
    after: str
    """
    What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen
    (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing.
    """


class MailboxPatchImapAuth(TypedDict, total=False):
    type: Literal["password", "xoauth2"]
    """By default `password`."""
    secret: str
    """The password, or the access token with `xoauth2`. It is never returned."""


class MailboxPatchImap(TypedDict, total=False):
    """The secret has to be given again with a change of host, port, tls or user."""

    host: str
    """The IMAP server."""
    port: int
    tls: Literal["implicit", "starttls", "none"]
    """By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only."""
    user: str
    auth: MailboxPatchImapAuth
    folder: str
    """The folder that is watched, by default `INBOX`."""


class MailboxPatch(TypedDict, total=False):
    address: str
    """
    The address that the mailbox receives; `*@example.com` for one that receives every address of a domain. It
    says which triggers the mailbox serves.
    """
    imap: MailboxPatchImap
    """The secret has to be given again with a change of host, port, tls or user."""
    after: str
    """
    What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen
    (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing.
    """


class MailboxTestRequest(TypedDict, total=False):
    imap: MailboxPatchImap
    """The secret has to be given again with a change of host, port, tls or user."""
    after: str
    """
    What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen
    (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing.
    """


class _EventSubscriptionRequestRequired(TypedDict):
    url: str
    """Events are sent there, by POST."""
    events: list[Literal["execution.completed", "execution.failed", "execution.cancelled", "execution.started", "execution.waiting", "approval.requested", "approval.decided", "approval.reminded", "workflow.published", "workflow.paused", "workflow.deleted", "schedule.missed", "schedule.skipped", "schedule.refused", "mailbox.unhealthy", "mailbox.recovered", "mailbox.message_refused", "webhook.refused", "subscription.disabled", "credits.low", "credits.exhausted"]]
    """The types of the events that are sent."""


class EventSubscriptionRequest(_EventSubscriptionRequestRequired, total=False):
    workflow_id: str | None
    """Only events of this workflow; null: of all of them."""
    description: str | None
    secret: str
    """Deliveries are signed with it, as Standard Webhooks says. One is made when none is given."""


class EventSubscriptionPatch(TypedDict, total=False):
    url: str
    """Events are sent there, by POST."""
    events: list[Literal["execution.completed", "execution.failed", "execution.cancelled", "execution.started", "execution.waiting", "approval.requested", "approval.decided", "approval.reminded", "workflow.published", "workflow.paused", "workflow.deleted", "schedule.missed", "schedule.skipped", "schedule.refused", "mailbox.unhealthy", "mailbox.recovered", "mailbox.message_refused", "webhook.refused", "subscription.disabled", "credits.low", "credits.exhausted"]]
    """The types of the events that are sent."""
    workflow_id: str | None
    """Only events of this workflow; null: of all of them."""
    description: str | None
    status: Literal["active", "disabled"]
    """
    Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its
    deliveries and can be sent again once it is `active`; what happens while you have is not.
    """


class _EventRedeliveryRequestRequired(TypedDict):
    since: str
    """From when on: the time of the event."""


class EventRedeliveryRequest(_EventRedeliveryRequestRequired, total=False):
    status: Literal["failed", "all"]
    """
    `failed` (the default): what has failed for good. `all`: what was delivered too, as far as deliveries are
    kept: for 30 days, and the newest 10000 of a subscription. What is pending is on its way already.
    """
    starting_after: str
    """The `next_cursor` of the call before: this one goes on behind what that one has begun."""


class _SecretRequestRequired(TypedDict):
    value: str
    """The value, at most 16384 bytes. It is never returned."""


class SecretRequest(_SecretRequestRequired, total=False):
    description: str
    """For people. Without it, the one that there is stays."""


class _VariableRequestRequired(TypedDict):
    value: Any
    """Any JSON value, at most 16384 bytes as text."""


class VariableRequest(_VariableRequestRequired, total=False):
    description: str
    """For people. Without it, the one that there is stays."""


class _DkimKeyRequestRequired(TypedDict):
    domain: str
    """The domain that signs; receivers require it to be that of `from`."""
    selector: str
    """The public key is in the DNS at `SELECTOR._domainkey.DOMAIN`."""


class DkimKeyRequest(_DkimKeyRequestRequired, total=False):
    private_key: str
    """
    An RSA key as PEM. Never returned. Without it, the one that there is stays, as long as domain and selector
    stay the same.
    """


class _MailSenderRequestRequired(TypedDict):
    host: str
    """The mail server."""


_MailSenderRequestNeeded = TypedDict("_MailSenderRequestNeeded", {"from": "str"})


class MailSenderRequest(_MailSenderRequestRequired, _MailSenderRequestNeeded, total=False):
    port: int
    tls: Literal["starttls", "implicit", "none"]
    """
    `starttls`: before the login, or nothing is sent (port 587). `implicit`: from the first byte (port 465).
    `none`: never, for a server that asks for no login.
    """
    user: str
    password: str
    """
    Never returned. Without it, the one that there is stays, as long as server, encryption and user stay the same.
    """
    rate_per_minute: int
    dkim: DkimKeyRequest
    """Signs e-mails, so that receivers trust them (DKIM)."""
    description: str
    """For people. Without it, the one that there is stays."""


class MailSenderTestRequest(TypedDict):
    to: str
    """One address."""


class _AiProviderRequestRequired(TypedDict):
    type: Literal["openai", "anthropic", "azure", "mistral", "ollama", "openai_compatible"]
    """Which API it speaks. For whatever is not named here: `openai_compatible`."""


class AiProviderRequest(_AiProviderRequestRequired, total=False):
    base_url: str
    """Where its API is; by default that of the type. Required for `azure` and `openai_compatible`."""
    models: list[str]
    """
    The models that workflows may name; the first one is its default. Without any, all names are passed on, and
    the default is that of its type, if that has one.
    """
    aliases: dict[str, Any]
    """Further names of models: `{"gpt-4": "gpt-5.4"}`."""
    default: bool
    """Steps without a `model` ask this provider, and no other of the organisation any more."""
    api_key: str | None
    """
    The key of its API, required for the types `openai`, `anthropic`, `azure` and `mistral`. Never returned.
    Without it, the one that there is stays, as long as type and address stay the same; null takes it away.
    """
    description: str
    """For people. Without it, the one that there is stays."""


class AiProviderTestRequest(TypedDict, total=False):
    model: str
    """
    The model that is asked; by default that of the provider. Required for one that lists none and whose type has
    no default.
    """


class _TokenRequestRequired(TypedDict):
    name: str
    """What it is for, as people recognise it."""
    scopes: list[Literal["*", "workflows:read", "workflows:write", "executions:read", "executions:write", "triggers:read", "triggers:write", "settings:read", "settings:write", "secrets:write", "tokens:write", "credits:read", "audit:read"]]
    """What the token may do; `*` is everything. The caller must have each of them."""


class TokenRequest(_TokenRequestRequired, total=False):
    expires_at: str | None


class TokenPatch(TypedDict, total=False):
    name: str
    scopes: list[Literal["*", "workflows:read", "workflows:write", "executions:read", "executions:write", "triggers:read", "triggers:write", "settings:read", "settings:write", "secrets:write", "tokens:write", "credits:read", "audit:read"]]
    """What the token may do; `*` is everything. The caller must have each of them."""
    expires_at: str | None


class OrganisationRequestLimits(TypedDict, total=False):
    api_calls_per_hour: int | None
    """Calls of the API in an hour; null for the default of the installation."""
    executions_per_minute: int | None
    """Executions started by the API in a minute; null for the default of the installation."""
    webhook_calls_per_minute: int | None
    """Webhook calls in a minute; null for the default of the installation."""


class _OrganisationRequestRequired(TypedDict):
    name: str
    """As people recognise it."""


class OrganisationRequest(_OrganisationRequestRequired, total=False):
    limits: OrganisationRequestLimits
    credits: int | None
    """Its balance: a million credits are a US dollar. Null: it may spend what it likes."""
    suspended: bool


class OrganisationPatch(TypedDict, total=False):
    name: str
    limits: OrganisationRequestLimits
    credits: int | None
    """Its balance: a million credits are a US dollar. Null: it may spend what it likes."""
    suspended: bool


class _CreditChangeRequired(TypedDict):
    amount: int
    """Credits that are added; less than 0 takes some away, at most down to a balance of 0."""


class CreditChange(_CreditChangeRequired, total=False):
    note: str
    """For people; it is in the ledger."""


class PauseStarts(TypedDict, total=False):
    reason: str


class ListWorkflowsQuery(TypedDict, total=False):
    """The query of `listWorkflows`."""

    page: int
    """From 1."""
    per_page: int
    status: Literal["active", "paused", "draft"]
    q: str
    """Beginnings of words of the name or description, in any case and order; all must be there."""
    tag: str
    """A tag of the workflow, in any case."""
    trigger_type: str
    """A type of its triggers: `webhook`, `schedule`, …"""
    deleted: Literal["true", "false"]
    """`true`: the deleted ones that can still be restored, instead of the live ones."""
    sort: Literal["created_at", "updated_at", "name", "last_run", "deleted_at"]
    """
    Times newest first, names from A to Z. By default `created_at`, and `deleted_at` for deleted ones. `last_run`:
    those that have never run come last.
    """


class CreateWorkflowQuery(TypedDict, total=False):
    """The query of `createWorkflow`."""

    dry_run: Literal["true", "false"]
    """Saves nothing, and says what saving would say, with status 200."""


class ListWorkflowVersionsQuery(TypedDict, total=False):
    """The query of `listWorkflowVersions`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class DiffWorkflowVersionsQuery(TypedDict, total=False):
    """The query of `diffWorkflowVersions`."""

    against: int
    """The other version; by default the one before this."""


class ExecuteWorkflowQuery(TypedDict, total=False):
    """The query of `executeWorkflow`."""

    wait: int
    """Seconds to wait for the end of the execution; needs the scope executions:read too."""
    answer: Literal["execution", "response"]
    """
    What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step,
    which is then the response to the call.
    """


class GetExecutionOfWorkflowQuery(TypedDict, total=False):
    """The query of `getExecutionOfWorkflow`."""

    steps: Literal["none"]
    """`none` leaves the step runs out; `steps_total` counts them."""


_ListExecutionsOfWorkflowQueryOther = TypedDict("_ListExecutionsOfWorkflowQueryOther", {"from": "str"}, total=False)


class ListExecutionsOfWorkflowQuery(_ListExecutionsOfWorkflowQueryOther, total=False):
    """The query of `listExecutionsOfWorkflow`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""
    status: str
    """One status or several: `failed,cancelled`."""
    version: int
    """Of the workflow; needs its id."""
    trigger_type: str
    """`trigger.type`: `api`, `webhook`, …"""
    parent_execution_id: str
    """Only those that `sub_workflow` steps of this execution have started."""
    test: Literal["true", "false"]
    """`true`: only tests; `false`: none of them."""
    error_code: str
    """`error.code` of those that failed."""
    label: str
    """The label that the execution was started with, upper and lower case alike."""
    q: str
    """The beginning of an execution id (`exec_01m8…`) or of a label."""
    min_ms: int
    """Only those that have ended and took at least so many milliseconds."""
    to: str
    """Accepted before then."""


class GetExecutionQuery(TypedDict, total=False):
    """The query of `getExecution`."""

    steps: Literal["none"]
    """`none` leaves the step runs out; `steps_total` counts them."""


_ListExecutionsQueryOther = TypedDict("_ListExecutionsQueryOther", {"from": "str"}, total=False)


class ListExecutionsQuery(_ListExecutionsQueryOther, total=False):
    """The query of `listExecutions`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""
    status: str
    """One status or several: `failed,cancelled`."""
    workflow_id: str
    version: int
    """Of the workflow; needs its id."""
    trigger_type: str
    """`trigger.type`: `api`, `webhook`, …"""
    parent_execution_id: str
    """Only those that `sub_workflow` steps of this execution have started."""
    test: Literal["true", "false"]
    """`true`: only tests; `false`: none of them."""
    error_code: str
    """`error.code` of those that failed."""
    label: str
    """The label that the execution was started with, upper and lower case alike."""
    q: str
    """The beginning of an execution id (`exec_01m8…`) or of a label."""
    min_ms: int
    """Only those that have ended and took at least so many milliseconds."""
    to: str
    """Accepted before then."""


_CountExecutionsQueryOther = TypedDict("_CountExecutionsQueryOther", {"from": "str"}, total=False)


class CountExecutionsQuery(_CountExecutionsQueryOther, total=False):
    """The query of `countExecutions`."""

    status: str
    """One status or several: `failed,cancelled`."""
    workflow_id: str
    version: int
    """Of the workflow; needs its id."""
    trigger_type: str
    """`trigger.type`: `api`, `webhook`, …"""
    parent_execution_id: str
    """Only those that `sub_workflow` steps of this execution have started."""
    test: Literal["true", "false"]
    """`true`: only tests; `false`: none of them."""
    error_code: str
    """`error.code` of those that failed."""
    label: str
    """The label that the execution was started with, upper and lower case alike."""
    q: str
    """The beginning of an execution id (`exec_01m8…`) or of a label."""
    min_ms: int
    """Only those that have ended and took at least so many milliseconds."""
    to: str
    """Accepted before then."""


class RetryExecutionQuery(TypedDict, total=False):
    """The query of `retryExecution`."""

    wait: int
    """Seconds to wait for the end of the execution; needs the scope executions:read too."""
    answer: Literal["execution", "response"]
    """
    What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step,
    which is then the response to the call.
    """


class ReplayExecutionQuery(TypedDict, total=False):
    """The query of `replayExecution`."""

    wait: int
    """Seconds to wait for the end of the execution; needs the scope executions:read too."""
    answer: Literal["execution", "response"]
    """
    What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step,
    which is then the response to the call.
    """


class GetReplayPlanQuery(TypedDict, total=False):
    """The query of `getReplayPlan`."""

    from_step: str
    """A step of the workflow itself, not one inside of a loop or parallel."""
    version: str
    """A version of the workflow; `latest`, the active one, by default."""


class ListApprovalsQuery(TypedDict, total=False):
    """The query of `listApprovals`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""
    status: Literal["pending", "approved", "rejected", "expired", "cancelled"]
    """
    `expired`: nobody has decided in time. `cancelled`: the step has ended for another reason, most often because
    its execution was cancelled.
    """
    workflow_id: str
    """Only of this workflow."""
    execution_id: str
    """Only of this execution."""


class ListStepRunsQuery(TypedDict, total=False):
    """The query of `listStepRuns`."""

    parent: str
    """The path of a loop or parallel: only the step runs directly inside of it."""
    status: str
    """One status or several: `failed,running`."""
    from_index: int
    """Of a loop that `parent` names: from this iteration on."""
    starting_after: str
    """The `next_cursor` of the page before."""
    limit: int


class GetExecutionJournalQuery(TypedDict, total=False):
    """The query of `getExecutionJournal`."""

    starting_after: str
    """The `next_cursor` of the page before."""
    limit: int


class ListFilesQuery(TypedDict, total=False):
    """The query of `listFiles`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


_GetWorkflowStatsQueryOther = TypedDict("_GetWorkflowStatsQueryOther", {"from": "str"}, total=False)


class GetWorkflowStatsQuery(_GetWorkflowStatsQueryOther, total=False):
    """The query of `getWorkflowStats`."""

    to: str
    """Up to the bucket that begins then or later. Now by default."""
    bucket: Literal["hour", "day"]
    """Parts of the range, at most 744. Days are those of UTC."""


_GetExecutionStatsQueryOther = TypedDict("_GetExecutionStatsQueryOther", {"from": "str"}, total=False)


class GetExecutionStatsQuery(_GetExecutionStatsQueryOther, total=False):
    """The query of `getExecutionStats`."""

    to: str
    """Up to the bucket that begins then or later. Now by default."""
    bucket: Literal["hour", "day"]
    """Parts of the range, at most 744. Days are those of UTC."""
    by: Literal["status", "workflow"]
    """`workflow`: also by workflow, for at most 168 buckets."""


class ListTriggersQuery(TypedDict, total=False):
    """The query of `listTriggers`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListWebhookCallsQuery(TypedDict, total=False):
    """The query of `listWebhookCalls`."""

    verdict: Literal["accepted", "duplicate", "refused", "challenge"]
    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListSchedulesQuery(TypedDict, total=False):
    """The query of `listSchedules`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListSchedulesOfWorkflowQuery(TypedDict, total=False):
    """The query of `listSchedulesOfWorkflow`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListJobsQuery(TypedDict, total=False):
    """The query of `listJobs`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListMailboxesQuery(TypedDict, total=False):
    """The query of `listMailboxes`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListMailboxMessagesQuery(TypedDict, total=False):
    """The query of `listMailboxMessages`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListEventSubscriptionsQuery(TypedDict, total=False):
    """The query of `listEventSubscriptions`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListEventDeliveriesQuery(TypedDict, total=False):
    """The query of `listEventDeliveries`."""

    status: Literal["pending", "delivered", "failed"]
    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class StreamEventsQuery(TypedDict, total=False):
    """The query of `streamEvents`."""

    types: str
    """Only events of these types: `execution.failed,schedule.missed`."""
    workflow_id: str
    """Only events of this workflow."""


class ListSecretsQuery(TypedDict, total=False):
    """The query of `listSecrets`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListVariablesQuery(TypedDict, total=False):
    """The query of `listVariables`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListMailSendersQuery(TypedDict, total=False):
    """The query of `listMailSenders`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListAiProvidersQuery(TypedDict, total=False):
    """The query of `listAiProviders`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListAiModelsQuery(TypedDict, total=False):
    """The query of `listAiModels`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class GetCreditsQuery(TypedDict, total=False):
    """The query of `getCredits`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


_GetCreditUsageQueryOther = TypedDict("_GetCreditUsageQueryOther", {"from": "str"}, total=False)


class GetCreditUsageQuery(_GetCreditUsageQueryOther, total=False):
    """The query of `getCreditUsage`."""

    to: str
    """Up to the day that ends then or later. Now by default."""
    group_by: Literal["day", "workflow", "model", "label"]
    """
    By what it is told apart. A range has at most 366 days, and 92 where it is not by day. Days are those of UTC.
    """


class ListTokensQuery(TypedDict, total=False):
    """The query of `listTokens`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


_ListAuditLogQueryOther = TypedDict("_ListAuditLogQueryOther", {"from": "str"}, total=False)


class ListAuditLogQuery(_ListAuditLogQueryOther, total=False):
    """The query of `listAuditLog`."""

    actor: str
    """The id of a token, or `operator`."""
    resource_type: Literal["workflow", "workflow_draft", "step", "schedule", "execution", "approval", "job", "mailbox", "secret", "variable", "mail_sender", "ai_provider", "event_subscription", "token", "organisation", "dead_letter", "installation"]
    resource_id: str
    """`resource.id` of the entries."""
    action: Literal["create", "put", "update", "delete", "restore", "duplicate", "publish", "pause", "resume", "activate", "test", "rotate", "redeliver", "cancel", "signal", "decide", "link", "retry", "replay", "backfill", "requeue", "discard", "profile"]
    to: str
    """Begun before then."""
    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListOrganisationsQuery(TypedDict, total=False):
    """The query of `listOrganisations`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class ListDeadLettersQuery(TypedDict, total=False):
    """The query of `listDeadLetters`."""

    limit: int
    starting_after: str
    """The `next_cursor` of the page before."""


class WorkflowSummaryTriggers(Model):
    type: str


class WorkflowSummaryLastExecution(Model):
    id: str
    status: Literal["running", "waiting", "completed", "failed", "cancelled"]
    started_at: str


class WorkflowSummary(Model):
    _nested = {"triggers": WorkflowSummaryTriggers, "last_execution": WorkflowSummaryLastExecution}
    id: str
    name: str
    description: str | None
    status: Literal["active", "paused", "draft"]
    version: int
    created_at: str
    updated_at: str
    execution_count: int
    tags: list[str]
    triggers: list[WorkflowSummaryTriggers]
    """The types of its triggers, each once."""
    last_execution: WorkflowSummaryLastExecution | None
    """The one that was accepted last, while its record is kept."""
    next_run_at: str | None
    """When the first of its schedules is due next."""
    deleted_at: str | None
    """Of a deleted workflow."""
    restorable_until: str | None
    """Until when a deleted workflow can be restored."""


class WorkflowProblem(Model):
    severity: Literal["error", "warning"]
    code: str
    path: str
    """A JSON path such as `steps[1].config.url`; empty for the whole document."""
    message: str
    hint: str | None


class PlannedStepNext(Model):
    step_id: str | None
    """Null for the end of the list."""
    on: str
    """
    `done`, `error`, the name of the branch that is taken (`true`, `false`, `0`, `default`), or `skipped` for a
    step with branches that takes none.
    """


class PlannedStep(Model):
    _nested = {"next": PlannedStepNext}
    step_id: str
    type: str
    parent: str | None
    """The loop or parallel that it is in."""
    branch: str | None
    """The name of the branch of that parallel."""
    next: list[PlannedStepNext]
    """The steps that may run next in the same list."""


class WorkflowReferences(Model):
    secrets: list[str]
    variables: list[str]
    env: list[str]
    workflows: list[str]
    """Ids of workflows that it starts."""


class WorkflowPlan(Model):
    _nested = {"steps": PlannedStep, "refers_to": WorkflowReferences, "missing": WorkflowReferences}
    steps: list[PlannedStep]
    """In the order of the document, nested ones included."""
    complete: bool
    """False when there are more possible next steps than are listed."""
    refers_to: WorkflowReferences
    missing: WorkflowReferences
    """What of that does not exist."""


class WorkflowValidation(Model):
    _nested = {"problems": WorkflowProblem, "warnings": WorkflowProblem, "plan": WorkflowPlan}
    valid: bool
    """Whether it could be saved."""
    problems: list[WorkflowProblem]
    """What prevents that."""
    warnings: list[WorkflowProblem]
    plan: WorkflowPlan | None
    """Null for a document that is not valid."""


class WorkflowWarning(Model):
    path: str
    message: str


class Workflow(Model):
    _nested = {"warnings": WorkflowWarning}
    id: str
    name: str
    description: str | None
    status: Literal["active", "paused", "draft"]
    version: int
    created_at: str
    updated_at: str
    execution_count: int
    warnings: list[WorkflowWarning] | None
    """Problems that did not stop the workflow from being saved."""
    tags: list[str] | None
    """Words by which lists are filtered."""
    trigger: Trigger | None
    """What starts executions, besides the API."""
    triggers: list[Trigger] | None
    """Several triggers, instead of "trigger"."""
    steps: list[Step]
    """What an execution does, in order."""
    variables: dict[str, Any] | None
    """Values that expressions read as {{variables.name}}. They are taken as they are, without {{ }}."""
    settings: WorkflowSettings | None
    """What holds for all executions of the workflow."""
    output: Any
    """The output of an execution; by default the output of the last step that ran."""


class WorkflowVersionSummary(Model):
    version: int
    created_at: str
    created_by: str | None
    """The id of the API token that made it; null for versions from before this was kept."""
    note: str | None
    """What is said of the version."""


class WorkflowVersion(Model):
    version: int
    created_at: str
    created_by: str | None
    """The id of the API token that made it; null for versions from before this was kept."""
    note: str | None
    """What is said of the version."""
    workflow_deleted_at: str | None
    """When the workflow was deleted. Only then there; its versions stay readable for a time."""
    document: dict[str, Any]
    """The document as it was saved, without what the server adds and without the status."""
    source: str | None
    """The YAML that it was saved as, with its comments; null when it was saved as JSON."""


class PatchOperation(Model):
    op: Literal["add", "remove", "replace"]
    path: str
    """A JSON Pointer (RFC 6901) into the document."""
    value: Any


class StepChange(Model):
    step_id: str
    change: Literal["added", "removed", "changed", "moved"]
    """A step that was changed and moved is in the list twice."""
    fields: list[str]
    """Of a changed step: what differs, such as `next` or `config.url`. Else empty."""


class WorkflowVersionDiff(Model):
    _nested = {"patch": PatchOperation, "steps": StepChange}
    version: int
    against: int
    patch: list[PatchOperation]
    """JSON Patch (RFC 6902): makes the document of `version` of that of `against`."""
    steps: list[StepChange]


class WorkflowDraft(Model):
    workflow_id: str
    document: dict[str, Any]
    """The document, which need not be valid."""
    source: str | None
    """The text that it is written as, where it is one."""
    pins: dict[str, Any]
    """Outputs for trying steps, by the id of the step."""
    based_on: int | None
    """The version of the workflow that it was begun from."""
    version: int
    """Of the draft: more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    updated_by: str | None
    """The id of the API token that changed it last."""


class EvaluationError(Model):
    code: str
    """`E_SYNTAX`, `E_MISSING`, …: see the documentation of expressions."""
    message: str
    span: list[int]
    """Where in the text it is: start and end, in UTF-16 code units."""
    line: int
    column: int
    hint: str | None
    missing_path: str | None
    frame: str
    """The line, and carets under the place."""


class Evaluation(Model):
    _nested = {"error": EvaluationError}
    value: Any
    """Null when there is an error."""
    type: Literal["text", "number", "boolean", "null", "array", "object"] | None
    error: EvaluationError | None


class Failure(Model):
    """Why the input is not known."""

    code: str
    message: str
    details: dict[str, Any] | None


class StepRunUsage(Model):
    """Only of a step that used a model: what it used, over all attempts."""

    provider: str
    """The name of the provider."""
    model: str
    """The model that was asked, by the name it has there."""
    input_tokens: int | None
    """Tokens of what was sent; null when the provider does not say."""
    output_tokens: int | None
    """Tokens of what came back; null when the provider does not say."""
    finish_reason: str
    """Why the model stopped: `stop`, `length` (at `max_tokens`) and others."""
    warnings: list[str] | None
    """What of the config the model does not know, and has ignored."""
    cost: int | None
    """
    What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is
    known. Absent of what an older version has run.
    """


class StepTest(Model):
    _nested = {"input_error": Failure, "error": Failure, "problems": WorkflowProblem, "usage": StepRunUsage}
    status: Literal["completed", "failed", "skipped", "rendered", "invalid"]
    """
    `rendered`: with `effects: false`, it would be run with this input. `skipped`: its `if` does not hold.
    `invalid`: `problems` say why it cannot be tried.
    """
    output: Any
    """Null unless it completed. What is secret in it is `••••`."""
    input: Any
    """
    Its config with its texts evaluated, as it is shown of executions: what is secret is `••••`. Null when it is
    not known.
    """
    input_error: Failure | None
    """Why the input is not known."""
    error: Failure | None
    retryable: bool | None
    """Only of one that failed: whether an execution would try it again by default."""
    duration_ms: int
    problems: list[WorkflowProblem]
    """What validation says of the step; paths begin with `step` or `context`."""
    usage: StepRunUsage | None
    """Only of a step that used a model: what it used, over all attempts."""
    log: list[str] | None
    """Only of a `code` step: what it has written to its console."""


class ExecutionTrigger(Model):
    type: str


class ValueReference(Model):
    bytes: int
    sha256: str
    href: str


class StepRun(Model):
    _nested = {"output_ref": ValueReference, "error": Failure, "usage": StepRunUsage}
    step_id: str
    path: str
    type: str
    status: Literal["running", "waiting", "waiting_for_retry", "completed", "failed", "skipped"]
    started_at: str | None
    completed_at: str | None
    duration_ms: float | None
    attempts: int
    output: Any
    output_ref: ValueReference | None
    """Only when the output is too large to be here, or the response holds as much as it may."""
    error: Failure | None
    child_execution_id: str | None
    """Only of a `sub_workflow` step: the execution that its last attempt has started."""
    usage: StepRunUsage | None
    """Only of a step that used a model: what it used, over all attempts."""
    reused: bool | None
    """Only when it was not run: its result, and its times, are those of `retried_from` or `replayed_from`."""
    stand_in: Literal["mock", "pin", "rendered"] | None
    """Only in a test, of a step that was not run: where the result it has instead comes from."""
    log: list[str] | None
    """
    Of a `code` step what the last attempt has written to its console; of an `http` step what is remarkable about
    the response.
    """


class ExecutionUsage(Model):
    """
    Only of one whose steps used a model: what they used together, over all attempts. What was taken over from
    another execution counts there.
    """

    input_tokens: int | None
    """Tokens of what was sent; null when the provider does not say."""
    output_tokens: int | None
    """Tokens of what came back; null when the provider does not say."""
    cost: int | None
    """
    What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is
    known. Absent of what an older version has run.
    """


class ExecutionParent(Model):
    execution_id: str
    step_path: str


class CancellationInFlight(Model):
    path: str
    type: str


class Cancellation(Model):
    _nested = {"in_flight": CancellationInFlight}
    requested_at: str
    requested_by: str | None
    """The id of the API token; null where it is not known."""
    reason: str | None
    in_flight: list[CancellationInFlight]
    """
    Step runs whose side effects had begun when the execution ended: they may have happened, and nothing undid
    them. The first 100.
    """
    in_flight_total: int


class Pause(Model):
    paused_at: str
    paused_by: str | None
    """The id of the API token; null where it is not known."""
    reason: str | None


class Execution(Model):
    _nested = {"trigger": ExecutionTrigger, "input_ref": ValueReference, "steps": StepRun, "output_ref": ValueReference, "usage": ExecutionUsage, "error": Failure, "parent": ExecutionParent, "cancellation": Cancellation, "pause": Pause, "incomplete": Failure}
    id: str
    execution_id: str
    workflow_id: str
    workflow_version: int
    status: Literal["running", "waiting", "completed", "failed", "cancelled"]
    trigger: ExecutionTrigger
    started_at: str
    completed_at: str | None
    duration_ms: float | None
    input: Any
    input_ref: ValueReference | None
    """Only when the input is too large to be here."""
    steps: list[StepRun]
    steps_total: int
    """All step runs there are; `steps` has the first 1000 of them."""
    output: Any
    output_ref: ValueReference | None
    """Only when the output is too large to be here."""
    usage: ExecutionUsage | None
    """
    Only of one whose steps used a model: what they used together, over all attempts. What was taken over from
    another execution counts there.
    """
    error: Failure | None
    failed_path: str | None
    """Of one that failed at a step: the path of its run."""
    label: str | None
    """The label that it was started with."""
    test: Literal[True] | None
    """Only of one that only tries something."""
    retried_from: str | None
    """Of a retry: the execution that it retries."""
    replayed_from: str | None
    """Of a replay: the execution that it replays."""
    parent: ExecutionParent | None
    """Only of one that a `sub_workflow` step has started."""
    cancellation: Cancellation | None
    """Only when somebody has asked to cancel it: then it ends as `cancelled`."""
    pause: Pause | None
    """Only while it is paused: it begins no step, and is `waiting` once nothing is under way."""
    incomplete: Failure | None
    """
    Only when a part of the record is lost (HISTORY_INCOMPLETE): steps and values may be missing, whatever the
    status is.
    """


class ExecutionAccepted(Model):
    id: str
    execution_id: str
    status: Literal["running"]
    started_at: str
    workflow_id: str


class ExecutionSummary(Model):
    _nested = {"trigger": ExecutionTrigger, "usage": ExecutionUsage, "error": Failure, "parent": ExecutionParent, "incomplete": Failure}
    id: str
    execution_id: str
    workflow_id: str
    workflow_version: int
    status: Literal["running", "waiting", "completed", "failed", "cancelled"]
    trigger: ExecutionTrigger
    started_at: str
    completed_at: str | None
    duration_ms: float | None
    usage: ExecutionUsage | None
    """
    Only of one whose steps used a model: what they used together, over all attempts. What was taken over from
    another execution counts there.
    """
    error: Failure | None
    failed_path: str | None
    """Of one that failed at a step: the path of its run."""
    label: str | None
    """The label that it was started with."""
    test: Literal[True] | None
    """Only of one that only tries something."""
    retried_from: str | None
    """Of a retry: the execution that it retries."""
    replayed_from: str | None
    """Of a replay: the execution that it replays."""
    parent: ExecutionParent | None
    """Only of one that a `sub_workflow` step has started."""
    incomplete: Failure | None
    """
    Only when a part of the record is lost (HISTORY_INCOMPLETE): steps and values may be missing, whatever the
    status is.
    """


class ExecutionCount(Model):
    count: int
    more: bool
    """Whether there are more than the 10000 that are counted."""


class ReplayPlanSteps(Model):
    step_id: str
    type: str
    action: Literal["reuse", "run"]


class ReplayPlanRepeats(Model):
    path: str
    type: str
    runs: int


class ReplayPlan(Model):
    _nested = {"steps": ReplayPlanSteps, "repeats": ReplayPlanRepeats}
    execution_id: str
    workflow_id: str
    workflow_version: int
    from_step: str | None
    steps: list[ReplayPlanSteps]
    """
    The steps of the workflow in their order: `reuse` for those whose results are taken over, `run` for those that
    run again where the workflow comes to them. Branches that were not taken are left out.
    """
    repeats: list[ReplayPlanRepeats]
    """
    Side effects that the execution had, or may have had, by steps that are not reused; `runs` is how often. `[]`
    in a path is any iteration. The first 100 of `repeats_total`.
    """
    repeats_total: int


class BulkPlan(Model):
    job_id: None
    matched: int


class JobAccepted(Model):
    job_id: str
    matched: int
    """Of a backfill nominal times, of a bulk executions."""


class ApprovalDecision(Model):
    by: str
    """The id of the token, or for whom the link was made."""
    approved: bool
    comment: str | None
    at: str


class ApprovalMailError(Model):
    code: str
    message: str


class ApprovalMail(Model):
    _nested = {"error": ApprovalMailError}
    to: str
    """The approver."""
    reminder: int
    """Of which reminder it is; 0 for the request itself."""
    result: Literal["sent", "failed", "unsure"]
    """
    `sent`: a mail server has taken it. `unsure`: the server had all of it and the connection broke; it is not
    sent again. `failed`: see `error`.
    """
    attempt: int
    at: str
    message_id: str | None
    error: ApprovalMailError | None
    """Why it failed, or why nobody knows."""
    retry_at: str | None
    """When it is tried again; null when it is not."""


class Approval(Model):
    _nested = {"decisions": ApprovalDecision, "mails": ApprovalMail}
    id: str
    execution_id: str
    workflow_id: str
    step_path: str
    status: Literal["pending", "approved", "rejected", "expired", "cancelled"]
    """
    `expired`: nobody has decided in time. `cancelled`: the step has ended for another reason, most often because
    its execution was cancelled.
    """
    message: str
    data: Any
    """What the approvers are shown; null for nothing."""
    approvers: list[str] | None
    """Who may decide; null: whoever has a token with the scope."""
    required: int
    """How many have to approve. One rejection is enough."""
    decisions: list[ApprovalDecision]
    """In the order in which they were taken."""
    mails: list[ApprovalMail]
    """The latest mail to each approver, where the step sends them."""
    requested_at: str
    expires_at: str
    decided_at: str | None
    """When it was no longer pending; null while it is."""


class ApprovalLink(Model):
    approval_id: str
    approver: str
    url: str
    """Shown this once. Whoever has it decides in the name of the approver."""
    expires_at: str


class StepAttempt(Model):
    _nested = {"error": Failure}
    n: int
    started_at: str
    completed_at: str | None
    error: Failure | None


class StepRunDetail(Model):
    _nested = {"output_ref": ValueReference, "error": Failure, "usage": StepRunUsage, "attempt_log": StepAttempt, "input_error": Failure, "incomplete": Failure}
    step_id: str
    path: str
    type: str
    status: Literal["running", "waiting", "waiting_for_retry", "completed", "failed", "skipped"]
    started_at: str | None
    completed_at: str | None
    duration_ms: float | None
    attempts: int
    output: Any
    output_ref: ValueReference | None
    """Only when the output is too large to be here, or the response holds as much as it may."""
    error: Failure | None
    child_execution_id: str | None
    """Only of a `sub_workflow` step: the execution that its last attempt has started."""
    usage: StepRunUsage | None
    """Only of a step that used a model: what it used, over all attempts."""
    reused: bool | None
    """Only when it was not run: its result, and its times, are those of `retried_from` or `replayed_from`."""
    stand_in: Literal["mock", "pin", "rendered"] | None
    """Only in a test, of a step that was not run: where the result it has instead comes from."""
    log: list[str] | None
    """
    Of a `code` step what the last attempt has written to its console; of an `http` step what is remarkable about
    the response.
    """
    attempt_log: list[StepAttempt]
    """The attempts in their order; a step that was skipped has none."""
    input: Any
    """
    The config of the step as it was when its last attempt began, worked out from what is recorded. What is secret
    is `••••`. Null when it is not known.
    """
    input_error: Failure | None
    """Why the input is not known."""
    incomplete: Failure | None
    """Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here."""


class LoopSummaryCounts(Model):
    """
    Iterations by status. An iteration has the worst status of its steps: failed, waiting for a retry, running,
    waiting, completed, skipped.
    """

    running: int
    waiting: int
    waiting_for_retry: int
    completed: int
    failed: int
    skipped: int


class LoopSummaryCells(Model):
    first: int
    last: int
    status: Literal["running", "waiting", "waiting_for_retry", "completed", "failed", "skipped"]


class LoopSummaryFailed(Model):
    """Which iterations failed: the first of them."""

    indexes: list[int]
    more: bool


class LoopSummarySlowest(Model):
    index: int
    status: Literal["running", "waiting", "waiting_for_retry", "completed", "failed", "skipped"]
    duration_ms: int


class LoopSummary(Model):
    _nested = {"counts": LoopSummaryCounts, "cells": LoopSummaryCells, "failed": LoopSummaryFailed, "slowest": LoopSummarySlowest, "incomplete": Failure}
    path: str
    status: Literal["running", "waiting", "waiting_for_retry", "completed", "failed", "skipped"] | None
    """Of the loop itself; null while the record does not name it yet."""
    items: int | None
    """How many items it has; null until it is completed."""
    iterations: int
    """How many iterations have begun."""
    counts: LoopSummaryCounts
    """
    Iterations by status. An iteration has the worst status of its steps: failed, waiting for a retry, running,
    waiting, completed, skipped.
    """
    cells: list[LoopSummaryCells]
    """The iterations in equal parts, each with the worst status in it."""
    failed: LoopSummaryFailed
    """Which iterations failed: the first of them."""
    slowest: list[LoopSummarySlowest]
    """Iterations whose steps have ended, slowest first; from the start of the first to the end of the last."""
    incomplete: Failure | None
    """Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here."""


class JournalEvent(Model):
    id: str
    """The same as in the stream of the events of the execution."""
    type: str
    at: str


class JournalPage(Model):
    _nested = {"events": JournalEvent, "incomplete": Failure}
    events: list[JournalEvent]
    next_cursor: str | None
    has_more: bool
    incomplete: Failure | None
    """Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here."""


class LiveEvent(Model):
    _nested = {"error": ApprovalMailError}
    id: str
    """
    As in the journal: goes into `Last-Event-ID` to go on behind it. A `text`, which is not in the journal, has
    that of the event before.
    """
    type: str
    """
    `started`, `step_started`, `step_completed`, `step_failed`, `step_skipped`, `step_waiting`, `suspended`,
    `woken`, `resumed`, …; `text` for what a model writes, as it comes; `completed`, `failed`, `cancelled` or
    `incomplete` is the last one.
    """
    at: str
    path: str | None
    """Of the step run: `step`, or `loop[3].step` in an iteration."""
    step_id: str | None
    step_type: str | None
    attempt: int | None
    started_at: str | None
    duration_ms: float | None
    """From `started_at` to `at`, of a step run that has its result."""
    error: ApprovalMailError | None
    """The beginning of its message; the step run has the rest."""
    retry_at: str | None
    """When the next attempt begins."""
    waits_for: str | None
    until: str | None
    child_execution_id: str | None
    text: str | None
    """Only of `text`: what has come, without secrets."""
    offset: int | None
    """
    Only of `text`: how many UTF-16 code units came of this call before. 0 begins anew: what came of the step run
    is void.
    """
    call: int | None
    """Only of `text`: the call of a model, from 1 in each attempt."""


class File(Model):
    id: str
    execution_id: str
    """The execution that it belongs to, and that it goes with."""
    name: str | None
    type: str
    """Its media type, as its sender named it."""
    size: int
    """Bytes."""
    sha256: str
    """Of its content, in hexadecimal digits."""
    created_at: str


class ExecutionFiguresDurationMs(Model):
    p50: float
    p95: float
    p99: float


class ExecutionFigures(Model):
    _nested = {"duration_ms": ExecutionFiguresDurationMs}
    total: int
    completed: int
    failed: int
    cancelled: int
    duration_ms: ExecutionFiguresDurationMs | None
    """How long they took from acceptance to end, to within 4 %. Null when there are none."""


class ExecutionFiguresOfBucket(Model):
    _nested = {"duration_ms": ExecutionFiguresDurationMs}
    start: str
    """Executions accepted from then on, until the next bucket."""
    total: int
    completed: int
    failed: int
    cancelled: int
    duration_ms: ExecutionFiguresDurationMs | None
    """How long they took from acceptance to end, to within 4 %. Null when there are none."""


class WorkflowStats(Model):
    _nested = {"totals": ExecutionFigures, "buckets": ExecutionFiguresOfBucket}
    workflow_id: str
    to: str
    """The end of the last bucket."""
    bucket: Literal["hour", "day"]
    totals: ExecutionFigures
    buckets: list[ExecutionFiguresOfBucket]
    """All buckets of the range, oldest first."""


class ExecutionStatsWorkflows(Model):
    _nested = {"totals": ExecutionFigures, "buckets": ExecutionFiguresOfBucket}
    workflow_id: str
    totals: ExecutionFigures
    buckets: list[ExecutionFiguresOfBucket]
    """All buckets of the range, oldest first."""


class ExecutionStats(Model):
    _nested = {"totals": ExecutionFigures, "buckets": ExecutionFiguresOfBucket, "workflows": ExecutionStatsWorkflows}
    to: str
    """The end of the last bucket."""
    bucket: Literal["hour", "day"]
    totals: ExecutionFigures
    buckets: list[ExecutionFiguresOfBucket]
    """All buckets of the range, oldest first."""
    workflows: list[ExecutionStatsWorkflows] | None
    """With `by=workflow`: the 20 with the most executions, busiest first."""
    more: bool | None
    """With `by=workflow`: whether there are others."""


class TriggerStateWebhook(Model):
    id: str
    url: str
    method: str


class MailboxHealth(Model):
    state: Literal["starting", "healthy", "unhealthy", "stopped", "unknown"]
    """
    `starting`: not looked at yet. `unhealthy`: it cannot be looked at, or has not been for three intervals; it is
    tried again and again. `stopped`: its server refuses the login, and nothing is tried until the mailbox is
    changed. `unknown`: the service that watches mailboxes does not respond.
    """
    connected: bool
    last_poll_at: str | None
    """When the folder was last looked at with success."""
    last_message_at: str | None
    """When a message was last dealt with."""
    lag_seconds: float | None
    """Since `last_poll_at`."""
    error: str | None
    """What is wrong, and what helps."""


class TriggerStateEmail(Model):
    _nested = {"health": MailboxHealth}
    address: str
    mailbox_ids: list[str]
    """The mailboxes that receive mail to the address."""
    health: MailboxHealth | None
    """Of the mailbox that is worst."""


class TriggerState(Model):
    _nested = {"webhook": TriggerStateWebhook, "email": TriggerStateEmail}
    id: str
    workflow_id: str
    workflow_name: str
    type: Literal["email", "schedule", "webhook"]
    index: int
    """Its place among the triggers of its type in the workflow, from 0."""
    status: Literal["listening", "starting", "paused", "ended", "unhealthy", "unknown"]
    """
    `listening`: it starts executions. `starting`: its mailbox has not been looked at yet. `paused`: it, or its
    workflow, is paused or a draft. `ended`: no time is left of its schedule. `unhealthy`: it should be listening
    and cannot. `unknown`: the service that would know does not respond. `reason` says why it is none of the
    first.
    """
    reason: str | None
    next_run_at: str | None
    """Of a schedule that is listening."""
    last_run_at: str | None
    """
    The last nominal time of the schedule, the last call of the address (refused ones too; as far as the list of
    calls goes back), or when a message of its mailbox was last dealt with.
    """
    webhook: TriggerStateWebhook | None
    """Of a webhook."""
    email: TriggerStateEmail | None
    """Of an e-mail trigger."""


class WebhookCall(Model):
    id: str
    at: str
    method: str
    verdict: Literal["accepted", "duplicate", "refused", "challenge"]
    """
    `duplicate`: the delivery had been accepted before. `refused`: `code` and `message` say why. `challenge`: the
    sender has verified the address, and nothing was started.
    """
    status: int
    """The HTTP status of the response."""
    code: str | None
    """The code of the error; null when it was taken."""
    message: str | None
    execution_id: str | None
    """What it started, or the first of its repetitions did."""
    request_id: str | None
    sample: bool | None
    """Whether it was sent by a test of the address."""


class ShownWebhookCallBody(Model):
    bytes: int
    """Of all of it, decompressed."""
    text: str | None
    """It, or its beginning; null when it is not UTF-8."""
    base64: str | None
    """The same bytes when they are not UTF-8."""
    truncated: bool
    """Whether there is more: 32768 bytes are shown."""


class ShownWebhookCallChecks(Model):
    passed: bool | None
    """
    Whether it has what the trigger requires, which `message` says more about; null when nothing could be checked.
    """
    headers: list[str]
    """Names of the headers that the trigger requires."""
    signature: str | None
    """The scheme of the signature that it requires, or null."""


class ShownWebhookCall(Model):
    _nested = {"body": ShownWebhookCallBody, "checks": ShownWebhookCallChecks}
    at: str
    method: str
    verdict: Literal["accepted", "duplicate", "refused", "challenge"]
    """
    `duplicate`: the delivery had been accepted before. `refused`: `code` and `message` say why. `challenge`: the
    sender has verified the address, and nothing was started.
    """
    status: int
    """The HTTP status of the response."""
    code: str | None
    """The code of the error; null when it was taken."""
    message: str | None
    execution_id: str | None
    """What it started, or the first of its repetitions did."""
    request_id: str | None
    headers: dict[str, Any]
    """Names in lower case. Values of credentials are `••••`."""
    query: dict[str, Any]
    body: ShownWebhookCallBody | None
    """As it came; null when the call was refused before it was read."""
    input: Any
    """What the workflow gets as its input; null when it gets none, or it is too large to be shown."""
    input_problem: str | None
    """Why there is no input."""
    checks: ShownWebhookCallChecks


class WebhookListeningEvent(Model):
    _nested = {"call": ShownWebhookCall}
    type: str
    """
    `listening`: calls are shown from now on. `call`. `missed`: there were more calls than could be shown.
    `ended`: the last one.
    """
    at: str
    until: str | None
    """Of `listening`: when it ends."""
    call: ShownWebhookCall | None
    count: int | None
    """Of `missed`: how many at least."""
    reason: str | None
    """Of `ended`: `time` or `calls`, of which there were enough."""


class WebhookFormer(Model):
    id: str
    url: str
    valid_until: str


class Webhook(Model):
    _nested = {"former": WebhookFormer}
    id: str
    workflow_id: str
    index: int
    """Its place among the webhook triggers of the workflow, from 0."""
    url: str
    """Whoever knows it may call it, unless the trigger asks for more."""
    method: str
    signature: str | None
    """The scheme of the signature that a call must have, or null."""
    former: list[WebhookFormer]
    """Addresses that it had, and that are still valid. Newest first."""


class WebhookSecret(Model):
    webhook_id: str
    workflow_id: str
    secret: str
    secret_name: str
    """The secret of the organisation that has this value now."""
    former_valid_until: str | None
    """Until when calls by the former secret are taken; null when there is none."""


class SchedulePreviewRuns(Model):
    at: str
    local: str
    """The same moment as clocks in the time zone show it."""
    note: Literal["dst_shifted", "dst_repeated"] | None
    """
    `dst_shifted`: clocks skip the time asked for, and this is the first moment after it. `dst_repeated`: they
    show it twice. A schedule that starts both times has both as runs, each with this note; any other has the
    first one only.
    """


class SchedulePreview(Model):
    _nested = {"warnings": WorkflowProblem, "runs": SchedulePreviewRuns}
    timezone: str
    description: str | None
    """The cron expression or the interval in words, in English; null where there are none for it."""
    warnings: list[WorkflowProblem] | None
    """What saving such a schedule would warn of, e.g. why it has no times."""
    runs: list[SchedulePreviewRuns]


class ScheduleLastRun(Model):
    scheduled_at: str
    execution_id: str
    outcome: Literal["starting", "started", "refused"]


class ScheduleCounts(Model):
    """Since the schedule was made."""

    started: int
    missed: int
    skipped: int
    refused: int
    cancelled: int | None
    """Executions that were cancelled for the next one."""


class ScheduleNotes(Model):
    outcome: Literal["missed", "skipped", "refused"]
    """
    `missed`: no scheduler ran in time. `skipped`: the execution before was still going on, and there was no room
    to wait, or the schedule was changed while it waited. `refused`: the start was refused, `code` says why.
    """
    first_at: str
    last_at: str
    count: int
    more: bool
    """Whether there were more than were counted."""
    code: str | None
    """The code of the error that refused it."""


class Schedule(Model):
    _nested = {"last_run": ScheduleLastRun, "counts": ScheduleCounts, "notes": ScheduleNotes}
    id: str
    workflow_id: str
    index: int
    """Its place among the schedule triggers of the workflow, from 0."""
    cron: str | None
    interval: str | float | None
    timezone: str
    status: Literal["active", "paused", "inactive", "ended"]
    """
    `paused`: this schedule is paused. `inactive`: its workflow is paused or a draft. `ended`: no time is left.
    """
    next_run_at: str | None
    last_run: ScheduleLastRun | None
    counts: ScheduleCounts
    """Since the schedule was made."""
    buffered: list[str] | None
    """Nominal times that wait for the end of the execution before, oldest first."""
    notes: list[ScheduleNotes]
    """The last nominal times without an execution, newest first; at most 10 entries."""


class BackfillPlan(Model):
    job_id: None
    matched: int
    times: list[str]
    """The nominal times, oldest first."""


class SchedulePause(Model):
    id: str
    workflow_id: str
    index: int
    paused: bool


class JobSummary(Model):
    _nested = {"error": ApprovalMailError}
    id: str
    kind: str
    """`backfill` or `bulk`."""
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
    """`completed`: all items are dealt with, whatever became of each. `failed`: `error` says why it ended."""
    parameters: dict[str, Any]
    """
    What was asked for. Of a backfill: `workflow_id`, `index`, `from`, `to`. Of a bulk: `action`, `filter`,
    `requested_by`.
    """
    total: int
    """Its items."""
    done: int
    """Of those, the ones that are dealt with."""
    counts: dict[str, Any]
    """By outcome."""
    error: ApprovalMailError | None
    created_at: str
    updated_at: str
    ended_at: str | None


class JobResults(Model):
    item: str
    """Of a backfill: the nominal time. Of a bulk: the id of the execution."""
    outcome: str
    """
    Of a bulk: `ok`, with the execution that a retry or replay has started in `execution_id`; `skipped`, there was
    nothing to do, `code` says why; `failed`, `code` says why. Of a backfill: `started`; `already_ran`, by the
    schedule itself or by an earlier backfill, in the execution of `execution_id`; `scheduled`, the schedule
    itself is about to start it; `refused`, `code` says why.
    """
    execution_id: str | None
    code: str | None
    """The code of the error that refused it, or the reason to skip it."""


class Job(Model):
    _nested = {"error": ApprovalMailError, "results": JobResults}
    id: str
    kind: str
    """`backfill` or `bulk`."""
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
    """`completed`: all items are dealt with, whatever became of each. `failed`: `error` says why it ended."""
    parameters: dict[str, Any]
    """
    What was asked for. Of a backfill: `workflow_id`, `index`, `from`, `to`. Of a bulk: `action`, `filter`,
    `requested_by`.
    """
    total: int
    """Its items."""
    done: int
    """Of those, the ones that are dealt with."""
    counts: dict[str, Any]
    """By outcome."""
    error: ApprovalMailError | None
    created_at: str
    updated_at: str
    ended_at: str | None
    results: list[JobResults]
    """In the order of its items, at most 1000."""


class MailboxImapAuth(Model):
    type: Literal["password", "xoauth2"]
    """By default `password`."""


class MailboxImap(Model):
    _nested = {"auth": MailboxImapAuth}
    host: str
    port: int
    tls: Literal["implicit", "starttls", "none"]
    """By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only."""
    user: str
    auth: MailboxImapAuth
    folder: str


class Mailbox(Model):
    _nested = {"imap": MailboxImap, "health": MailboxHealth}
    id: str
    address: str
    imap: MailboxImap
    since: Literal["now", "all"]
    after: str
    """
    What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen
    (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing.
    """
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    health: MailboxHealth


class MailboxTestProblem(Model):
    code: Literal["host_blocked", "host_not_found", "unreachable", "tls_failed", "login_refused", "folder_missing", "timed_out", "secret_unreadable", "server_failed"]
    """
    `host_blocked`: the host is internal, and not allowed in this installation. `host_not_found`: no such host.
    `unreachable`: it takes no connection at this port. `tls_failed`: its certificate, or the kind of `tls`.
    `login_refused`: user or secret. `folder_missing`: no such folder. `timed_out`: it did not respond in time.
    `secret_unreadable`: the stored secret cannot be opened. `server_failed`: anything else.
    """
    message: str
    """What is wrong, and what to correct; a code of the error may follow in brackets."""
    fields: list[str] | None
    """The fields of the mailbox that are to be corrected, such as `imap.port`."""


class MailboxTestFolder(Model):
    name: str
    messages: int


class MailboxTestMessages(Model):
    message_id: str | None
    sender: str | None
    subject: str | None
    arrived_at: str | None
    automatic: bool
    """Whether it is an automatic message."""
    automatic_kind: str | None
    """
    What kind of automatic message it is, by the names of `accept_automatic`, or `loop` for what a workflow has
    sent; null for one that is not automatic.
    """
    has_attachment: bool | None
    """
    Whether it has an attachment, as the mail server says; null where that decides nothing, and where the server
    does not say.
    """
    verdict: Literal["pending", "started", "no_trigger", "automatic", "refused", "too_large", "unreadable", "expunged", "duplicate"] | None
    """
    What would become of it if it were dealt with now, by the names of the list of messages; `pending` for one
    that would wait, and where the mail server does not say what it has attached.
    """
    reason: str | None
    """Why it would start nothing, or not all, as the list of messages says it."""
    workflow_ids: list[str]
    """
    The workflows that it would start, none that is paused; where the mail server does not say whether it has an
    attachment, those that it would start in either case.
    """


class MailboxTest(Model):
    _nested = {"problem": MailboxTestProblem, "folder": MailboxTestFolder, "move_folder": MailboxTestFolder, "messages": MailboxTestMessages}
    ok: bool
    problem: MailboxTestProblem | None
    folder: MailboxTestFolder | None
    """The folder that is watched; null when it was not reached."""
    move_folder: MailboxTestFolder | None
    """The folder to which messages are moved; null without one, and for one that is still to be made."""
    messages: list[MailboxTestMessages]
    """The newest 10 of the folder, newest first."""


class MailboxMessage(Model):
    id: str
    message_id: str | None
    """Its `Message-ID`."""
    sender: str | None
    subject: str | None
    seen_at: str
    """When it was found in the mailbox."""
    verdict: Literal["pending", "started", "no_trigger", "automatic", "refused", "too_large", "unreadable", "expunged", "duplicate"]
    """
    `no_trigger`: no trigger is for it. `automatic`: those that are do not take automatic messages. `refused`: its
    workflows could not be started; `reason` says why. `unreadable`: it broke the limits of what a message may
    consist of. `expunged`: it was deleted before it could be read. `duplicate`: it is taken for an earlier one
    that has left its place, and starts nothing again; `reason` has the id of that one. `pending`: it is being
    dealt with.
    """
    reason: str | None
    execution_ids: list[str]


class EventSubscription(Model):
    id: str
    url: str
    events: list[str]
    workflow_id: str | None
    """Only events of this workflow; null: of all of them."""
    description: str | None
    status: Literal["active", "disabled"]
    """
    Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its
    deliveries and can be sent again once it is `active`; what happens while you have is not.
    """
    disabled_reason: str | None
    """Why the platform disabled it; null when it has not."""
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str


class EventSubscriptionWithSecret(Model):
    id: str
    url: str
    events: list[str]
    workflow_id: str | None
    """Only events of this workflow; null: of all of them."""
    description: str | None
    status: Literal["active", "disabled"]
    """
    Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its
    deliveries and can be sent again once it is `active`; what happens while you have is not.
    """
    disabled_reason: str | None
    """Why the platform disabled it; null when it has not."""
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    secret: str
    """Shown this once."""


class EventSubscriptionTest(Model):
    delivery_id: str


class EventDeliveryAttempt(Model):
    at: str
    url: str | None
    """
    The address that was called; null for attempts before the latest 3, and where the attempt was made by a
    release that did not record it.
    """
    request_headers: dict[str, Any] | None
    """
    The headers that were sent, the signatures among them, without those of the connection; null where nothing
    could be sent, for attempts before the latest 3, and where the attempt was made by a release that did not
    record them.
    """
    duration_ms: float
    status_code: int | None
    """Of the response; null when there was none."""
    error: str | None
    """Why it does not count as delivered; null when it does."""
    response_headers: dict[str, Any] | None
    """
    The first headers of the response, `retry-after`, `location` and `content-type` before all others; values of
    credentials are masked. Null when there was no response, for attempts before the latest 3, and where the
    attempt was made by a release that did not record them.
    """
    response: str
    """The beginning of the body of the response; empty for attempts before the latest 3."""


class EventDelivery(Model):
    _nested = {"attempt_log": EventDeliveryAttempt}
    id: str
    subscription_id: str
    event_id: str
    """The `webhook-id` of every attempt."""
    event_type: str
    status: Literal["pending", "delivered", "failed"]
    """`pending`: it is sent again at `next_attempt_at`. `failed`: it is not sent again by itself."""
    attempts: int
    created_at: str
    next_attempt_at: str | None
    request_body: str
    """What is sent: the event as JSON text."""
    attempt_log: list[EventDeliveryAttempt]
    """The latest 20 attempts, oldest first; of the latest 3 with what was sent and came back."""
    reason: str | None
    """
    Why it was not attempted (again): the subscription was disabled, or too many of its deliveries wait. Null in
    all other cases.
    """


class EventRedelivery(Model):
    redelivered: int
    has_more: bool
    """There are more since then: call again, with the same body and `next_cursor` as `starting_after`."""
    next_cursor: str | None
    """Where the next call goes on, exactly; null when nothing is left."""
    next_since: str | None
    """
    The time of the first event that is left, always later than `since`, for who goes on by time: of the same
    millisecond some are sent once more. Null when nothing is left, and when more events of the millisecond
    `since` are left, behind which only `next_cursor` leads.
    """


class OrganisationEvent(Model):
    id: str
    """The `webhook-id` of deliveries of the same event."""
    type: str
    timestamp: str
    data: dict[str, Any]
    """Ids and facts, by the type."""


class Reference(Model):
    id: str
    name: str


class Secret(Model):
    _nested = {"used_by": Reference}
    id: str
    name: str
    description: str | None
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    masked: bool
    """Whether its value is masked where it turns up: it is when it has 8 characters or more."""
    last_used_at: str | None
    """
    When an execution of a workflow that names it last began or went on, or a webhook call was last checked with
    it; to about a minute.
    """
    used_by: list[Reference]
    """The workflows whose present version names it, at most 100."""


class Variable(Model):
    id: str
    name: str
    description: str | None
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    value: Any
    """Any JSON value."""


class DkimKey(Model):
    domain: str
    """The domain that signs; receivers require it to be that of `from`."""
    selector: str
    """The public key is in the DNS at `SELECTOR._domainkey.DOMAIN`."""


class MailSender(Model):
    _nested = {"dkim": DkimKey}
    id: str
    name: str
    description: str | None
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    host: str
    """The mail server."""
    port: int
    tls: Literal["starttls", "implicit", "none"]
    """
    `starttls`: before the login, or nothing is sent (port 587). `implicit`: from the first byte (port 465).
    `none`: never, for a server that asks for no login.
    """
    user: str | None
    """Null where the server asks for no login."""
    rate_per_minute: int
    """E-mails in a minute, further ones wait; 0 for no limit."""
    dkim: DkimKey | None
    """By which key its e-mails are signed (DKIM); null without one."""


class MailSenderTest(Model):
    message_id: str
    accepted: list[str]
    rejected: list[str]


class AiProvider(Model):
    id: str
    name: str
    description: str | None
    version: int
    """One more with each change; also in the `ETag`."""
    created_at: str
    updated_at: str
    type: Literal["openai", "anthropic", "azure", "mistral", "ollama", "openai_compatible"]
    """Which API it speaks. For whatever is not named here: `openai_compatible`."""
    base_url: str | None
    """Where its API is; null for that of the type."""
    models: list[str]
    """
    The models that workflows may name; the first one is its default. Without any, all names are passed on, and
    the default is that of its type, if that has one.
    """
    aliases: dict[str, Any]
    """Further names of models."""
    default: bool
    """Whether steps without a `model` ask this provider. Of an organisation one does at most."""
    has_key: bool
    """Whether a key of its API is stored."""


class AiProviderTest(Model):
    model: str
    """The model that was asked, by the name it has there."""
    answer: str
    """The start of what it said."""
    input_tokens: int | None
    """Tokens of what was sent; null when the provider does not say."""
    output_tokens: int | None
    """Tokens of what came back; null when the provider does not say."""


class AiModelPrice(Model):
    input: float
    """US dollars for a million tokens that are sent: credits for one."""
    output: float
    """The same for what comes back."""
    source: Literal["list", "provider", "default"]
    """
    `list`: the list price. `provider`: what the operator has set. `default`: of a model of the installation whose
    price nobody has set.
    """


class AiModel(Model):
    _nested = {"price": AiModelPrice}
    name: str
    """
    What a workflow writes in `model`. `own/*` for a provider `own` that lists no models: any name behind the
    slash, and without `own/` where no other provider lists that name.
    """
    aliases: list[str]
    """Further names that lead to it."""
    model: str | None
    """Its name at the provider; null where the workflow names any of them."""
    provider: str
    """The name of the provider."""
    type: Literal["openai", "anthropic", "azure", "mistral", "ollama", "openai_compatible"]
    """Which API it speaks. For whatever is not named here: `openai_compatible`."""
    owner: Literal["organisation", "installation"]
    """Whose provider it is."""
    default: bool
    """Whether it is the one that steps without a `model` ask."""
    price: AiModelPrice | None
    """Null where nobody knows it. Models of the organisation itself are not charged."""


class CreditLedgerLine(Model):
    sequence: int
    """Counts the lines of the organisation without a gap."""
    at: str
    type: str
    """
    `usage`: a model was called. `added`, `set`: the operator has changed the balance. `exhausted`: from here on
    steps were refused. Later releases may know more.
    """
    amount: int
    """What was added to the balance; less than 0 for what was taken."""
    balance: int
    """The balance after it."""
    note: str | None
    workflow_id: str | None
    execution_id: str | None
    step_path: str | None
    provider: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None


class Credits(Model):
    _nested = {"ledger": CreditLedgerLine}
    limited: bool
    """Whether it has a balance. Without one it may spend what it likes."""
    balance: int | None
    """Null without a balance, as all that follows."""
    reserved: int | None
    """How much of it is held back for calls that are under way."""
    available: int | None
    """What is left for others."""
    low_below: int | None
    """Below that balance the event `credits.low` is sent."""
    ledger: list[CreditLedgerLine]
    """Newest first; a second or two late."""
    next_cursor: str | None
    has_more: bool


class CreditUsageFigures(Model):
    calls: int
    """Calls of models, those included that were no use."""
    input_tokens: int
    output_tokens: int
    cost: int
    """In credits, by the prices that were known when it was used."""
    charged: int
    """What was taken from the balance for it."""
    unpriced_calls: int
    """Calls of models whose price nobody knows: `cost` has nothing of them."""


class CreditUsageGroups(Model):
    key: str | None
    calls: int
    """Calls of models, those included that were no use."""
    input_tokens: int
    output_tokens: int
    cost: int
    """In credits, by the prices that were known when it was used."""
    charged: int
    """What was taken from the balance for it."""
    unpriced_calls: int
    """Calls of models whose price nobody knows: `cost` has nothing of them."""


class CreditUsage(Model):
    _nested = {"totals": CreditUsageFigures, "groups": CreditUsageGroups}
    to: str
    """The end of the last day."""
    group_by: Literal["day", "workflow", "model", "label"]
    totals: CreditUsageFigures
    groups: list[CreditUsageGroups]
    """
    By `day` in their order, else by cost, the highest first, at most 1000. `key` is a day, the id of a workflow,
    `provider/model` or a label; null for what has no label, for what was used outside of a workflow, and for all
    others beyond 1000 in a day.
    """
    more: bool
    """Whether there are further groups, with lower costs."""


class Token(Model):
    id: str
    name: str
    scopes: list[str]
    version: int
    """More with each change; also in the `ETag`."""
    prefix: str | None
    """How its text begins; null when it comes from the settings."""
    last_four: str | None
    """How its text ends; null when it comes from the settings."""
    from_settings: bool
    """Whether it comes from the settings of the installation, and can be changed only there."""
    created_at: str
    updated_at: str
    expires_at: str | None
    last_used_at: str | None
    """When it was used last, to about a minute; null when it never was."""


class TokenCreated(Model):
    id: str
    name: str
    scopes: list[str]
    version: int
    """More with each change; also in the `ETag`."""
    prefix: str | None
    """How its text begins; null when it comes from the settings."""
    last_four: str | None
    """How its text ends; null when it comes from the settings."""
    from_settings: bool
    """Whether it comes from the settings of the installation, and can be changed only there."""
    created_at: str
    updated_at: str
    expires_at: str | None
    last_used_at: str | None
    """When it was used last, to about a minute; null when it never was."""
    token: str
    """The text to send as `Authorization: Bearer`. It is never shown again."""


class AccountLimits(Model):
    api_calls_per_hour: int
    executions_per_minute: int
    """Executions that are started by the API."""


class AccountVersions(Model):
    api: str


class Account(Model):
    _nested = {"organisation": Reference, "token": Token, "limits": AccountLimits, "versions": AccountVersions}
    organisation: Reference
    token: Token
    limits: AccountLimits
    versions: AccountVersions


class CapabilitiesLimits(Model):
    workflows: int
    workflow_document_bytes: int
    input_bytes: int
    step_output_bytes: int
    execution_bytes: int


class Capabilities(Model):
    _nested = {"workflows": Reference, "limits": CapabilitiesLimits}
    step_types: list[str]
    """Types of steps that run; others are saved and fail."""
    trigger_types: list[str]
    """Types of triggers that start executions; others are saved."""
    settings: list[str]
    """Members of `settings` that have an effect."""
    ignored_step_fields: list[str]
    """Fields of steps that have no effect."""
    secrets: list[str]
    """Names of the organisation's secrets."""
    variables: list[str]
    """Names of the organisation's variables."""
    env: list[str]
    """Names that `{{env.NAME}}` can read: those that the installation has set."""
    mail_senders: list[str]
    """Names of the organisation's mail senders."""
    workflows: list[Reference]
    """The organisation's workflows, the newest 1000 of them."""
    limits: CapabilitiesLimits
    public_url: str
    """Where the installation is reached; webhook addresses begin with it."""
    models: list[str] | None
    """
    Names of models that steps may give, aliases included, 1000 at most; `own/*` for any name behind `own/`. Null
    while no executor says.
    """


class AuditEntryActor(Model):
    type: str
    """`token`, or `operator` of the installation."""
    id: str | None
    """The id of the token."""
    name: str | None
    """The name that the token had then."""


class AuditEntryResource(Model):
    type: str
    id: str | None
    """
    Its id, or its name if that is what it is found by; null when it was to be made and nothing is known of it.
    """


class AuditEntryBefore(Model):
    hash: str
    """SHA-256 in hex, of what the documentation says."""
    version: int | None
    """The `version` of the resource; null where it has none."""


class AuditEntry(Model):
    _nested = {"actor": AuditEntryActor, "resource": AuditEntryResource, "before": AuditEntryBefore, "after": AuditEntryBefore}
    id: str
    at: str
    """When it began."""
    actor: AuditEntryActor
    action: str
    """
    One of create, put, update, delete, restore, duplicate, publish, pause, resume, activate, test, rotate,
    redeliver, cancel, signal, decide, link, retry, replay, backfill, requeue, discard, profile; later releases
    know more.
    """
    resource: AuditEntryResource
    outcome: Literal["succeeded", "failed", "unknown"]
    """`unknown`: a process died before it could say, or it is still being carried out."""
    error: str | None
    """The code that the caller got."""
    before: AuditEntryBefore | None
    """What it was; null when it did not exist, or nothing was changed."""
    after: AuditEntryBefore | None
    """What it became; null when it was deleted, or nothing was changed."""
    address: str | None
    """The IP address that the request came from."""
    request_id: str


class OrganisationLimits(Model):
    api_calls_per_hour: int | None
    """Calls of the API in an hour; null for the default of the installation."""
    executions_per_minute: int | None
    """Executions started by the API in a minute; null for the default of the installation."""
    webhook_calls_per_minute: int | None
    """Webhook calls in a minute; null for the default of the installation."""


class Organisation(Model):
    _nested = {"limits": OrganisationLimits}
    id: str
    name: str
    limits: OrganisationLimits
    credits: int | None
    """Its balance, in credits; null without one."""
    suspended: bool
    """Whether its calls, webhooks and starts are refused. What runs already goes on to its end."""
    version: int
    """More with each change; also in the `ETag`."""
    created_at: str
    updated_at: str


class SystemSources(Model):
    source: Literal["nats", "services", "history", "email-ingest"]
    answered: bool
    error: str | None


class SystemStarts(Model):
    paused: bool
    since: str | None
    """Since when it is so; null when it always was."""
    reason: str | None
    """As whoever paused them said."""
    normal: str
    """What it is when all is well."""
    ok: bool
    """Whether it is so now."""


class SystemServicesReplicasFailing(Model):
    check: str
    detail: str | None


class SystemServicesReplicas(Model):
    _nested = {"failing": SystemServicesReplicasFailing}
    instance: str
    """Name of its host and number of its process."""
    node: str | None
    """The machine that it is on; null of an earlier release."""
    version: str
    """Its release."""
    started_at: str
    status: Literal["up", "down", "stopping", "drained"]
    """As `/health/ready` of its operations port says."""
    failing: list[SystemServicesReplicasFailing]
    """Checks of its dependencies that fail; those it can do without are among them."""


class SystemServices(Model):
    _nested = {"replicas": SystemServicesReplicas}
    service: str
    replicas: list[SystemServicesReplicas]
    versions: list[str]
    """Those that run: several only while an upgrade goes on."""
    normal: str
    """What it is when all is well."""
    ok: bool
    """Whether it is so now."""


class SystemQueues(Model):
    queue: str
    """Its stream; of `RUNS` and `JOURNAL` all lanes and shards together."""
    holds: str
    """What is in it."""
    taken_by: str
    """The service that takes from it."""
    waiting: int
    """Messages that nobody has taken yet."""
    under_way: int
    """Messages that are being worked on."""
    redelivered: int
    """Those of them that came more than once."""
    oldest_seconds: int | None
    """Age of the oldest message that is stored; null without any."""
    bytes: int
    normal: str
    """What it is when all is well."""
    ok: bool
    """Whether it is so now."""


class SystemTimers(Model):
    set: int
    """Waits, retries and deliveries to come."""
    due: int
    """Those that are due and that nobody has taken."""
    normal: str
    """What it is when all is well."""
    ok: bool
    """Whether it is so now."""


class SystemDeadLetters(Model):
    count: int
    normal: str
    """What it is when all is well."""
    ok: bool
    """Whether it is so now."""


class SystemLeases(Model):
    lease: str
    """What one process at a time does."""
    holder: str | None
    """Who has it; a name that it made up at its start."""
    count: int
    """How many of this kind it has."""
    until: str | None
    """When the first of them runs out, unless it is renewed."""
    normal: str
    """What it is when all is well."""
    ok: bool
    """Whether it is so now."""


class System(Model):
    _nested = {"sources": SystemSources, "starts": SystemStarts, "services": SystemServices, "queues": SystemQueues, "timers": SystemTimers, "dead_letters": SystemDeadLetters, "leases": SystemLeases}
    at: str
    ok: bool
    """Whether everything is as it normally is, and everybody replied."""
    sources: list[SystemSources]
    starts: SystemStarts | None
    """Whether executions may be started."""
    services: list[SystemServices]
    queues: list[SystemQueues]
    timers: SystemTimers | None
    dead_letters: SystemDeadLetters | None
    leases: list[SystemLeases]


class Starts(Model):
    paused: bool
    since: str | None
    """Since when it is so; null when it always was."""
    reason: str | None
    """As whoever paused them said."""


class DeadLetter(Model):
    id: str
    at: str
    """When it was given up."""
    service: str | None
    """The service that gave it up; null when none takes such messages any more."""
    message: str | None
    """What kind of message it is, such as `RunRequested`; null as above."""
    stream: str
    """The stream that it came from."""
    consumer: str
    """The consumer of that stream which gave it up."""
    subject: str
    """The subject that it had there."""
    organisation_id: str | None
    """Whose it is; null when its subject does not say."""
    execution_id: str | None
    """The execution that it is about; null as above."""
    reason: str
    """Why it was given up."""
    deliveries: int
    """How often it was delivered."""
    bytes: int | None
    """Size of its payload; null when that is not known."""


class DeadLetterDetail(Model):
    id: str
    at: str
    """When it was given up."""
    service: str | None
    """The service that gave it up; null when none takes such messages any more."""
    message: str | None
    """What kind of message it is, such as `RunRequested`; null as above."""
    stream: str
    """The stream that it came from."""
    consumer: str
    """The consumer of that stream which gave it up."""
    subject: str
    """The subject that it had there."""
    organisation_id: str | None
    """Whose it is; null when its subject does not say."""
    execution_id: str | None
    """The execution that it is about; null as above."""
    reason: str
    """Why it was given up."""
    deliveries: int
    """How often it was delivered."""
    bytes: int | None
    """Size of its payload; null when that is not known."""
    payload: Any
    """As JSON. Values of members whose names are those of secrets are masked; null when it is left out."""
    payload_omitted: Literal["too_large", "unreadable", "gone"] | None
    """Why `payload` is left out: too large to be shown, no JSON, or deleted since."""


class RequeuedDeadLetter(Model):
    id: str
    stream: str
    subject: str


class StepType(Model):
    type: str
    title: str
    description: str
    available: bool
    """Whether this installation acts on it; otherwise it is checked and stored."""
    config: Any
    """The JSON Schema of its config, draft 2020-12."""
    example: Any
    """A config that has every field that may be with the others."""
    output: Any
    """The JSON Schema of `{{id.output}}`."""
    data: str | None
    """The member of the output that `{{id.data}}` is; null when that is the whole output."""
    retried_by_default: bool
    iterates: bool
    """Its nested steps read `item`, `index` and `loop`."""
    ends_execution: bool
    """Nothing runs after it."""


class StepTypes(Model):
    _nested = {"step_types": StepType}
    step_types: list[StepType]


class TriggerType(Model):
    type: str
    title: str
    description: str
    available: bool
    """Whether this installation acts on it; otherwise it is checked and stored."""
    config: Any
    """The JSON Schema of its config, draft 2020-12."""
    example: Any
    """A config that has every field that may be with the others."""


class TriggerTypes(Model):
    _nested = {"trigger_types": TriggerType}
    trigger_types: list[TriggerType]


class ExpressionHelperParameter(Model):
    name: str
    type: str
    optional: bool


class ExpressionHelperExample(Model):
    expression: str
    result: str
    """The result, as JSON text."""


class ExpressionHelper(Model):
    _nested = {"parameters": ExpressionHelperParameter, "examples": ExpressionHelperExample}
    name: str
    group: str
    signature: str
    """As in `padStart(text, length, fill?)`."""
    description: str
    parameters: list[ExpressionHelperParameter]
    returns: str
    method: bool
    """Whether `value.name(…)` is the same as `name(value, …)`."""
    examples: list[ExpressionHelperExample]


class ExpressionHelpers(Model):
    _nested = {"helpers": ExpressionHelper}
    helpers: list[ExpressionHelper]
