// What services say to each other, over NATS. No code for a browser imports this. Name by name, as http.ts is.
export {
  defineMessage,
  defineNotice,
  defineRequest,
  defineSnapshot,
  STREAMS,
  type MessageDefinition,
  type MessageLanes,
  type NoticeDefinition,
  type RequestDefinition,
  type SnapshotDefinition,
  type StreamName,
  STORED_PREFIX,
} from './message.js';
export {
  FIRST_JOURNAL_LAYOUT,
  grownLayout,
  isDecided,
  JOURNAL_NUMBERS,
  JOURNAL_SHARDS_MAX,
  journalLayoutSchema,
  journalStreamOf,
  laneOf,
  RUN_LANES,
  type JournalGeneration,
  type JournalLayout,
} from './partitions.js';
export {
  ActiveSnapshot,
  aiProviderContext,
  AiProvidersSnapshot,
  mailboxAccountSchema,
  mailboxContext,
  MailboxesSnapshot,
  mailSenderContext,
  MailSendersSnapshot,
  OrganisationSnapshot,
  secretContext,
  StartsSnapshot,
  type StartsSnapshotValue,
  SecretsSnapshot,
  storedAiProviderSchema,
  storedMailSenderSchema,
  TokenSnapshot,
  VariablesSnapshot,
  VersionSnapshot,
  type ActiveSnapshotValue,
  type AiProvidersSnapshotValue,
  type MailboxAccount,
  type MailboxesSnapshotValue,
  type OrganisationSnapshotValue,
  type SecretsSnapshotValue,
  type StoredAiProvider,
  type StoredMailSender,
  type TokenSnapshotValue,
  type VariablesSnapshotValue,
  type VersionSnapshotValue,
} from './snapshots.js';
export {
  EmailTriggersSnapshot,
  emailTriggersOf,
  LISTED_SNAPSHOTS,
  ScheduleSnapshot,
  WebhookSnapshot,
  type EmailTriggersSnapshotValue,
  type ScheduleSnapshotValue,
  type WebhookSignature,
  type WebhookSnapshotValue,
} from './trigger-snapshots.js';
export {
  eventSubscriptionContext,
  EventSubscriptionsSnapshot,
  EventTypesSnapshot,
  EventWatchSnapshot,
  isRecordedUnsent,
  storedEventSubscriptionSchema,
  type StoredEventSubscription,
} from './event-snapshots.js';
export { carried, type Unrecognised } from './open-values.js';
export {
  isTest,
  toldTrigger,
  triggerInfoSchema,
  type KnownTrigger,
  type TriggerInfo,
  type UnknownTrigger,
} from './messages/triggers.js';
export { ReadRecorded, ReadRecordedState, type RecordedState } from './messages/recorded.js';
export { PlanTest, type StandIn, type TestRun } from './messages/test-runs.js';
export { PlanRestart, ReadReused, type Reuse } from './messages/restarts.js';
export { RunRequested, organisationOfRun, runLaneSubjects, type RunRequest } from './messages/runs.js';
export {
  EXECUTION_EVENTS,
  isAside,
  isEnd,
  type EndEvent,
  type ExecutionEvent,
  type UnknownEvent,
} from './messages/execution-events.js';
export { type ChildExecution } from './messages/linked-executions.js';
export { toolRoundIn, type RecordedToolCall } from './messages/tool-rounds.js';
export { type RecordedToolRound, type RecordedToolTurn } from './messages/tool-rounds.js';
export {
  claimsOf,
  JournalEntry,
  journalNumberOf,
  journalSubjects,
  suspensionOf,
  type JournalBatch,
  type Suspension,
} from './messages/journal.js';
export { ExecutionDue, type DueExecution } from './messages/timers.js';
export {
  EventOccurred,
  ExecutionFinished,
  ExecutionNudged,
  finishedMessageId,
  nudgedExecution,
  type FinishedExecution,
  type OccurredEvent,
} from './messages/lifecycle.js';
export {
  CreateToken,
  GetCapabilities,
  GetTokenOwner,
  ListTokens,
  RecordTokenUses,
  RevokeToken,
  UpdateToken,
} from './messages/tokens.js';
export { BeginAuditEntry, EndAuditEntry, ListAuditLog } from './messages/audit-log.js';
export {
  CreateOrganisation,
  CreateOrganisationToken,
  DeleteOrganisation,
  GetOrganisation,
  ListOrganisations,
  UpdateOrganisation,
} from './messages/organisations.js';
export {
  CreateWorkflow,
  DeleteWorkflow,
  DiffWorkflowVersions,
  DuplicateWorkflow,
  GetWorkflow,
  GetWorkflowText,
  GetWorkflowVersion,
  ListWorkflows,
  ListWorkflowVersions,
  PatchWorkflow,
  RecordWorkflowRuns,
  RestoreWorkflow,
  RestoreWorkflowVersion,
  UpdateWorkflow,
  ValidateWorkflow,
  type ListedWorkflows,
} from './messages/definitions.js';
export {
  CountExecutions,
  CountMatchingExecutions,
  CancelExecution,
  SignalExecution,
  PauseExecution,
  ResumeExecution,
  GetExecution,
  GetExecutionValue,
  GetLoopSummary,
  GetStepRun,
  ListExecutions,
  MatchExecutions,
  ListStepRuns,
  ReadJournal,
  type ByteRange,
} from './messages/history.js';
export {
  CreateApprovalLink,
  DecideApproval,
  DecideByLink,
  GetApproval,
  GetApprovalByLink,
  ListApprovals,
} from './messages/approvals.js';
export {
  approvalRequestIn,
  approvalRequestSchema,
  type ApprovalOutcome,
  type ApprovalRequest,
} from './messages/approval-requests.js';
export { ReadLiveEvents, WATCHED_AT_LEAST_MS, WatchEvents } from './messages/live.js';
export { AddCredits, CreditsNoted, GetCredits, GetCreditUsage, type NotedCredits } from './messages/credits.js';
export { GetExecutionStats } from './messages/stats.js';
export {
  Drain,
  ListHistoryLeases,
  ListMailboxLeases,
  Present,
  RollCall,
  RecordProfile,
  SetStarts,
  type PresentProcess,
} from './messages/system.js';
export { DiscardDeadLetter, GetDeadLetter, ListDeadLetters, RequeueDeadLetter } from './messages/dead-letters.js';
export {
  DeleteSecret,
  DeleteVariable,
  ListSecrets,
  ListVariables,
  PutSecret,
  PutVariable,
  RecordSecretUses,
} from './messages/settings.js';
export { EvaluateExpression } from './messages/expressions.js';
export {
  CancelJob,
  CreateJob,
  GetJob,
  ListJobs,
  PlanBackfill,
  RestartExecutions,
  RunBackfill,
} from './messages/jobs.js';
export { TestStep } from './messages/step-tests.js';
export { DescribeSchedules, ListLastWebhookCalls, ListTriggers } from './messages/trigger-states.js';
export { ListNextRuns, ListSchedules, PauseSchedule, PreviewSchedule, TriggerSchedule } from './messages/schedules.js';
export {
  CreateMailbox,
  DeleteMailbox,
  GetMailbox,
  GetMailboxHealth,
  ListMailboxes,
  ListMailboxMessages,
  TestMailbox,
  UpdateMailbox,
} from './messages/mailboxes.js';
export {
  DeleteMailSender,
  GetMailSender,
  ListMailSenders,
  PutMailSender,
  TestMailSender,
} from './messages/mail-senders.js';
export {
  CreateEventSubscription,
  DeleteEventSubscription,
  DisableEventSubscription,
  GetEventSubscription,
  ListEventDeliveries,
  ListEventSubscriptions,
  RedeliverEvent,
  RedeliverEvents,
  RotateEventSubscriptionSecret,
  TestEventSubscription,
  UpdateEventSubscription,
} from './messages/event-subscriptions.js';
export {
  EventDeliveryDue,
  EventDeliveryNoted,
  EventDeliveryPutOff,
  EventDeliveryRequested,
  EventPutOff,
  type NotedDelivery,
  type PutOffEvent,
  type RequestedDelivery,
} from './messages/event-deliveries.js';
export {
  ExecutionAnswered,
  executionOfAnswer,
  stepResponseSchema,
  type AnsweredExecution,
  type StepResponse,
} from './messages/answers.js';
export {
  AdmitWebhook,
  ListWebhookCalls,
  ListWebhooks,
  ReceiveWebhook,
  RotateWebhookSecret,
  RotateWebhookUrl,
  TestWebhook,
} from './messages/webhooks.js';
export { ExecutionFollowed, FOLLOWED_FOR_MS, TextWritten, type WrittenText } from './messages/live-text.js';
export { LISTENED_FOR_MS, WebhookCallShown, WebhookListened, type ShownCall } from './messages/webhook-listening.js';
export {
  DeleteAiProvider,
  GetAiProvider,
  ListAiModels,
  ListAiProviders,
  PutAiProvider,
  TestAiProvider,
} from './messages/ai.js';
export {
  DeleteWorkflowDraft,
  GetWorkflowDraft,
  GetWorkflowDraftText,
  PublishWorkflowDraft,
  PutWorkflowDraft,
} from './messages/drafts.js';
