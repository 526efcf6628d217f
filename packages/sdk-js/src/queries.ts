import type { operations } from './generated/openapi.js';

type Query<Id extends keyof operations> = NonNullable<operations[Id]['parameters']['query']>;

/** Which workflows, in which order, and how many on a page. */
export type WorkflowListQuery = Query<'listWorkflows'>;
/** How many versions on a page, and from where. */
export type WorkflowVersionListQuery = Query<'listWorkflowVersions'>;
/** Which version a version is compared with. */
export type WorkflowVersionDiffQuery = Query<'diffWorkflowVersions'>;
/** Which executions, and how many on a page. */
export type ExecutionListQuery = Query<'listExecutions'>;
/** From where a replay would be, and on which version. */
export type ReplayPlanQuery = Query<'getReplayPlan'>;
/** Which executions to count. */
export type ExecutionCountQuery = Query<'countExecutions'>;
/** Of which time, in which parts, and whether by workflow. */
export type ExecutionStatsQuery = Query<'getExecutionStats'>;
/** Of which time, in which parts. */
export type WorkflowStatsQuery = Query<'getWorkflowStats'>;
/** Which step runs, and how many on a page. */
export type StepRunListQuery = Query<'listStepRuns'>;
/** How many files on a page, and from where. */
export type FileListQuery = Query<'listFiles'>;
/** How many events on a page, and from where. */
export type JournalQuery = Query<'getExecutionJournal'>;
/** How many schedules on a page, and from where. */
export type ScheduleListQuery = Query<'listSchedules'>;
/** Which approvals, how many on a page, and from where. */
export type ApprovalListQuery = Query<'listApprovals'>;
/** How many jobs on a page, and from where. */
export type JobListQuery = Query<'listJobs'>;
/** How many triggers on a page, and from where. */
export type TriggerListQuery = Query<'listTriggers'>;
/** Which calls of an address are listed. */
export type WebhookCallListQuery = Query<'listWebhookCalls'>;
/** How many subscriptions on a page, and from where. */
export type EventSubscriptionListQuery = Query<'listEventSubscriptions'>;
/** Which deliveries, how many on a page, and from where. */
export type EventDeliveryListQuery = Query<'listEventDeliveries'>;
/** How many mailboxes on a page, and from where. */
export type MailboxListQuery = Query<'listMailboxes'>;
/** How many messages on a page, and from where. */
export type MailboxMessageListQuery = Query<'listMailboxMessages'>;
/** How many secrets on a page, and from where. */
export type SecretListQuery = Query<'listSecrets'>;
/** How many variables on a page, and from where. */
export type VariableListQuery = Query<'listVariables'>;
/** How many providers of models on a page, and from where. */
export type AiProviderListQuery = Query<'listAiProviders'>;
/** How many models on a page, and from where. */
export type AiModelListQuery = Query<'listAiModels'>;
/** How many mail senders on a page, and from where. */
export type MailSenderListQuery = Query<'listMailSenders'>;
/** How many lines of the ledger of credits, and from where. */
export type CreditsQuery = Query<'getCredits'>;
/** Of which time usage is, and by what it is told apart. */
export type CreditUsageQuery = Query<'getCreditUsage'>;
/** How many tokens on a page, and from where. */
export type TokenListQuery = Query<'listTokens'>;
/** How many organisations on a page, and from where. */
export type OrganisationListQuery = Query<'listOrganisations'>;
/** Which entries of the audit log, and how many on a page. */
export type AuditLogQuery = Query<'listAuditLog'>;
