// The HTTP API, for services, clients and browsers alike: nothing here reaches a message between services.
// Name by name, since an export that nobody uses is found only so: behind an `export *` knip takes all of a file for used. Over 300 lines, since it is the
// list of what the entry has and nothing else: in two files a name would have two homes.
export {
  workflowListSchema,
  workflowResourceSchema,
  workflowOrderSchema,
  workflowSummarySchema,
  type LastExecution,
  type WorkflowList,
  type WorkflowOrder,
  type WorkflowResource,
  type WorkflowSummary,
} from './http/workflows.js';
export {
  executionStatsSchema,
  workflowStatsSchema,
  type ExecutionFigures,
  type ExecutionStats,
  type FiguresOfBucket,
  type StatsBucket,
  type WorkflowStats,
} from './http/stats.js';
export { creditEndpoints } from './http/credit-endpoints.js';
export {
  creditChangeSchema,
  creditsSchema,
  creditUsageSchema,
  type CreditChange,
  type CreditLedgerLine,
  type Credits,
  type CreditUsage,
  type CreditUsageFigures,
  type CreditUsageGroup,
} from './http/credits.js';
export { fileEndpoints } from './http/file-endpoints.js';
export { fileListSchema, type FileList, type FileResource } from './http/files.js';
export { expressionEndpoints } from './http/expression-endpoints.js';
export { stepTestEndpoints } from './http/step-test-endpoints.js';
export type { StepTest } from './http/step-tests.js';
export type { TestRequest } from './http/test-runs.js';
export { evaluateBodySchema, evaluationSchema, type EvaluatedText } from './http/expressions.js';
export { statsEndpoints } from './http/stats-endpoints.js';
export { deadLetterEndpoints } from './http/dead-letter-endpoints.js';
export { systemEndpoints } from './http/system-endpoints.js';
export type { Starts, System, SystemLease, SystemQueue, SystemService, SystemSource } from './http/system.js';
export { NOT_REQUEUED } from './http/dead-letters.js';
export type { DeadLetter, DeadLetterDetail, DeadLetterList, RequeuedDeadLetter } from './http/dead-letters.js';
export { workflowDraftSchema, type WorkflowDraft } from './http/workflow-drafts.js';
export { workflowValidationSchema, type WorkflowValidation } from './http/workflow-validation.js';
export {
  workflowVersionDiffSchema,
  workflowVersionListSchema,
  workflowVersionSchema,
  workflowVersionSummarySchema,
  type PatchOperation,
  type StepChange,
  type WorkflowVersion,
  type WorkflowVersionDiff,
  type WorkflowVersionList,
  type WorkflowVersionSummary,
} from './http/workflow-versions.js';
export {
  cancelBodySchema,
  EXECUTION_ENDS,
  signalBodySchema,
  executionAcceptedSchema,
  executionCountSchema,
  executionListSchema,
  executionResourceSchema,
  executionStatusSchema,
  executionSummarySchema,
  isExecutionEnd,
  isOpenStatus,
  OPEN_STATUSES,
  stepRunSchema,
  type Cancellation,
  type ExecutionAccepted,
  type ExecutionCount,
  type ExecutionEnd,
  type ExecutionList,
  type ExecutionParent,
  type ExecutionPause,
  type ExecutionResource,
  type ExecutionStatus,
  type ExecutionSummary,
  type StepRun,
  type ValueRef,
} from './http/executions.js';
export {
  approvalLinkSchema,
  approvalListSchema,
  approvalResourceSchema,
  approvalStatusSchema,
  decideBodySchema,
  type ApprovalDecision,
  type ApprovalMail,
  type ApprovalLink,
  type ApprovalList,
  type ApprovalResource,
  type ApprovalStatus,
} from './http/approvals.js';
export { approvalEndpoints, approvalLinkEndpoints } from './http/approval-endpoints.js';
export { replayBodySchema, replayPlanSchema, type ReplayPlan } from './http/restarts.js';
export {
  journalPageSchema,
  loopSummarySchema,
  stepRunDetailSchema,
  stepRunListSchema,
  stepStatusSchema,
  type JournalEvent,
  type JournalPage,
  type LoopSummary,
  type StepRunDetail,
  type StepRunList,
  type StepStatus,
} from './http/step-runs.js';
export {
  defineEndpoint,
  keepsAnswer,
  takesNoFields,
  takesIdempotencyKey,
  type AnswerDeclaration,
  type AnswerOf,
  type BodyDeclaration,
  type TakesYaml,
  type BodyInputOf,
  type BodyOf,
  type EndpointDeclaration,
  type ParametersOf,
  type QueryInputOf,
  type QueryOf,
} from './http/endpoint.js';
export { YAML_TYPES } from './http/yaml.js';
export {
  AUDIT_ACTIONS,
  AUDIT_RESOURCES,
  auditEntrySchema,
  auditLogSchema,
  type AuditAction,
  type AuditDeclaration,
  type AuditEntry,
  type AuditLog,
  type AuditResource,
} from './http/audit-log.js';
export {
  backfillBodySchema,
  backfillPlanSchema,
  jobAcceptedSchema,
  jobListSchema,
  jobResourceSchema,
  jobResultSchema,
  jobSummarySchema,
  type BackfillPlan,
  type JobAccepted,
  type JobList,
  type JobResource,
  type JobResult,
  type JobSummary,
} from './http/jobs.js';
export {
  BULK_STATUSES,
  bulkActionSchema,
  bulkBodySchema,
  bulkPlanSchema,
  type BulkAction,
  type BulkPlan,
} from './http/bulk.js';
export { bulkEndpoints } from './http/bulk-endpoints.js';
export { jobEndpoints } from './http/job-endpoints.js';
export {
  storedTriggerSchema,
  NO_TRIGGER_DETAILS,
  triggerListSchema,
  triggerResourceSchema,
  type StoredTrigger,
  type TriggerList,
  type TriggerResource,
} from './http/triggers.js';
export { triggerEndpoints } from './http/trigger-endpoints.js';
export { auditEndpoints } from './http/audit-endpoints.js';
export { ENDPOINT_GROUPS } from './http/endpoint-groups.js';
export { SCOPES, type Scope } from './http/scopes.js';
export {
  tokenCreatedSchema,
  tokenListSchema,
  tokenPatchSchema,
  tokenRequestSchema,
  tokenResourceSchema,
  type TokenCreated,
  type TokenList,
  type TokenPatch,
  type TokenRequest,
  type TokenResource,
} from './http/tokens.js';
export {
  organisationLimitsSchema,
  organisationListSchema,
  organisationPatchSchema,
  organisationRequestSchema,
  organisationResourceSchema,
  type OrganisationLimits,
  type OrganisationList,
  type OrganisationPatch,
  type OrganisationRequest,
  type OrganisationResource,
} from './http/organisations.js';
export {
  accountSchema,
  capabilitiesSchema,
  tokenOwnerSchema,
  type Account,
  type Capabilities,
  type CheckedNames,
  type TokenOwner,
} from './http/account.js';
export { errorsOf } from './http/endpoint-errors.js';
export { ENDPOINTS } from './http/endpoints.js';
export {
  secretBodySchema,
  secretResourceSchema,
  variableResourceSchema,
  type SecretList,
  type SecretResource,
  type VariableList,
  type VariableResource,
} from './http/settings.js';
export { scheduleEndpoints } from './http/schedule-endpoints.js';
export {
  scheduleListSchema,
  scheduleResourceSchema,
  schedulePauseSchema,
  schedulePreviewSchema,
  type ScheduleList,
  type SchedulePause,
  type SchedulePreview,
  type ScheduleResource,
} from './http/schedules.js';
export { secretEndpoints, variableEndpoints } from './http/setting-endpoints.js';
export {
  MAILBOX_PROBLEMS,
  mailboxHealthSchema,
  mailboxMessageListSchema,
  mailboxPatchSchema,
  mailboxRequestSchema,
  mailboxResourceSchema,
  mailboxTestBodySchema,
  mailboxTestSchema,
  storedMailboxSchema,
  type MailboxHealth,
  type MailboxList,
  type MailboxMessage,
  type MailboxMessageList,
  type MailboxPatch,
  type MailboxRequest,
  type MailboxProblem,
  type MailboxResource,
  type MailboxTest,
  type MailboxTestBody,
  type MailboxVerdict,
  type StoredMailbox,
} from './http/mailboxes.js';
export {
  canGetEvents,
  EVENT_TYPES,
  TEST_EVENT,
  eventSubscriptionPatchSchema,
  eventSubscriptionRequestSchema,
  type DeliveryAttempt,
  type EventDelivery,
  type EventDeliveryList,
  type EventRedeliveryRequest,
  type EventSubscription,
  type EventSubscriptionList,
  type EventSubscriptionPatch,
  type EventSubscriptionRequest,
  type EventSubscriptionWithSecret,
  type EventType,
  type Redelivered,
} from './http/event-subscriptions.js';
export { eventSubscriptionEndpoints } from './http/event-subscription-endpoints.js';
export { mailboxEndpoints } from './http/mailbox-endpoints.js';
export {
  mailSenderBodySchema,
  mailSenderTestBodySchema,
  type MailSenderList,
  type MailSenderRequest,
  type MailSenderResource,
  type MailSenderTest,
} from './http/mail-senders.js';
export { mailSenderEndpoints } from './http/mail-sender-endpoints.js';
export {
  aiProviderBodySchema,
  aiProviderTestBodySchema,
  type AiModelList,
  type AiModelPrice,
  type AiModelResource,
  type AiProviderList,
  type AiProviderRequest,
  type AiProviderResource,
  type AiProviderTest,
} from './http/ai.js';
export { aiModelEndpoints, aiProviderEndpoints } from './http/ai-endpoints.js';
export { apiSchemas, looseMembers } from './http/api-schemas.js';
export { accountEndpoints } from './http/account-endpoints.js';
export type { ExpressionHelpers, StepTypes, TriggerTypes } from './http/reference-lists.js';
export { documentationEndpoints } from './http/documentation-endpoints.js';
export { executionEndpoints } from './http/execution-endpoints.js';
export { runControlEndpoints } from './http/run-control-endpoints.js';
export { stepRunEndpoints } from './http/step-run-endpoints.js';
export { organisationEndpoints } from './http/organisation-endpoints.js';
export { tokenEndpoints } from './http/token-endpoints.js';
export { webhookEndpoints } from './http/webhook-endpoints.js';
export {
  WEBHOOK_VERDICTS,
  type Webhook,
  type WebhookCall,
  type WebhookCallList,
  type WebhookList,
  type WebhookSecret,
} from './http/webhooks.js';
export { type ShownWebhookCall, type WebhookListeningEvent } from './http/webhook-listening.js';
export { workflowDraftEndpoints } from './http/workflow-draft-endpoints.js';
export { workflowEndpoints } from './http/workflow-endpoints.js';
export { workflowLifecycleEndpoints } from './http/workflow-lifecycle-endpoints.js';
export { workflowVersionEndpoints } from './http/workflow-version-endpoints.js';
export { isPathParameter, PATH_PARAMETERS, pathParametersOf, type PathParameter } from './http/path-parameters.js';
export { refusalSchema, type Refusal } from './http/refusal.js';
export { liveEndpoints } from './http/live-endpoints.js';
export { EVENT_ID_FORM } from './http/event-id.js';
export type { LiveEvent, OrganisationEvent } from './http/live.js';
