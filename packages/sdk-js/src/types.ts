import type { components, operations } from './generated/openapi.js';

export type * from './queries.js';

type Schemas = components['schemas'];

/** What `workflows.create` takes. */
export type WorkflowDocument = Schemas['WorkflowDocument'];
/** The members of the document that `workflows.update` changes. */
export type WorkflowPatch = Schemas['WorkflowPatch'];
/** What `workflows.patch` takes: a JSON Merge Patch (RFC 7396) of the document. */
export type WorkflowMergePatch = Schemas['WorkflowMergePatch'];
/** What is to be said of a document that is not saved. */
export type WorkflowValidation = Schemas['WorkflowValidation'];
/** A step of a document. */
export type WorkflowStep = WorkflowDocument['steps'][number];

/** A workflow: the document, and what the server knows of it. */
export type Workflow = Schemas['Workflow'] &
  Pick<WorkflowDocument, 'tags' | 'trigger' | 'triggers' | 'steps' | 'variables' | 'settings' | 'output'>;
/** An entry of `workflows.list`. */
export type WorkflowSummary = Schemas['WorkflowSummary'];
/** One page of workflows. */
export type WorkflowList = Schemas['WorkflowList'];

/** The working copy of a workflow. */
export type WorkflowDraft = Schemas['WorkflowDraft'];
/** What `workflows.draft.put` takes. */
export type WorkflowDraftRequest = Schemas['WorkflowDraftRequest'];
/** What `workflows.draft.publish` takes. */
export type PublishDraftRequest = Schemas['PublishDraftRequest'];

/** A version of a workflow, with its document. */
export type WorkflowVersion = Schemas['WorkflowVersion'];
/** An entry of `workflows.versions.list`: no document. */
export type WorkflowVersionSummary = Schemas['WorkflowVersionSummary'];
/** One page of versions. */
export type WorkflowVersionList = Schemas['WorkflowVersionList'];
/** What differs between two versions. */
export type WorkflowVersionDiff = Schemas['WorkflowVersionDiff'];

/** An execution with its steps. */
export type Execution = Schemas['Execution'];
/** An entry of `executions.list`: no input, output and steps. */
export type ExecutionSummary = Schemas['ExecutionSummary'];
/** One page of executions. */
export type ExecutionList = Schemas['ExecutionList'];
/** What starting an execution returns. */
export type ExecutionAccepted = Schemas['ExecutionAccepted'];
/** That an execution is to be cancelled, or was. */
export type Cancellation = Schemas['Cancellation'];
/** What `executions.cancel` takes. */
export type CancelRequest = Schemas['CancelRequest'];
/** What `executions.signal` takes. */
export type SignalRequest = Schemas['SignalRequest'];
/** What a step asks people. */
export type Approval = Schemas['Approval'];
/** What one of them has decided. */
export type ApprovalDecision = Schemas['ApprovalDecision'];
/** The latest mail to one approver. */
export type ApprovalMail = Schemas['ApprovalMail'];
/** What `approvals.decide` takes. */
export type ApprovalDecisionRequest = Schemas['ApprovalDecisionRequest'];
/** A link by which a person decides who has no token. */
export type ApprovalLink = Schemas['ApprovalLink'];
/** What `approvals.createLink` takes. */
export type ApprovalLinkRequest = Schemas['ApprovalLinkRequest'];
/** One page of approvals. */
export type ApprovalList = Schemas['ApprovalList'];
/** What `executions.pause` takes. */
export type PauseRequest = Schemas['PauseRequest'];
/** What `executions.replay` takes. */
export type ReplayRequest = Schemas['ReplayRequest'];
/** What a replay would do. */
export type ReplayPlan = Schemas['ReplayPlan'];
/** How many executions there are. */
export type ExecutionCount = Schemas['ExecutionCount'];
/** How executions of the organisation ended, over time. */
export type ExecutionStats = Schemas['ExecutionStats'];
/** How executions of a workflow ended, over time. */
export type WorkflowStats = Schemas['WorkflowStats'];
/** One run of a step. */
export type StepRun = Schemas['StepRun'];
/** A step run with its attempts. */
export type StepRunDetail = Schemas['StepRunDetail'];
/** One page of step runs. */
export type StepRunList = Schemas['StepRunList'];
export type File = Schemas['File'];
export type FileList = Schemas['FileList'];
/** What is to be shown of a loop. */
export type LoopSummary = Schemas['LoopSummary'];
/** A recorded event. */
export type JournalEvent = Schemas['JournalEvent'];
/** An event of `executions.events`. */
export type LiveEvent = Schemas['LiveEvent'];
/** An event of `events.stream`. */
export type OrganisationEvent = Schemas['OrganisationEvent'];
/** Which events `events.stream` gives. */
export type OrganisationEventsQuery = NonNullable<operations['streamEvents']['parameters']['query']>;
/** One page of recorded events. */
export type JournalPage = Schemas['JournalPage'];
/** What an execution only tries. */
export type ExecutionTest = Schemas['ExecutionTest'];
/** Input, version and label of an execution, and what it only tries. */
export type ExecuteParams = Schemas['ExecuteRequest'];

/** A schedule trigger of a workflow, and how it does. */
export type Schedule = Schemas['Schedule'];
/** One page of schedules. */
export type ScheduleList = Schemas['ScheduleList'];
/** Whether a schedule is paused. */
export type SchedulePause = Schemas['SchedulePause'];
/** What `workflows.evaluate` takes. */
export type EvaluateRequest = Schemas['EvaluateRequest'];
/** What a text gives, or its error. */
export type Evaluation = Schemas['Evaluation'];
/** What `workflows.testStep` takes. */
export type StepTestRequest = Schemas['StepTestRequest'];
/** What became of a step that was tried. */
export type StepTest = Schemas['StepTest'];
/** What `schedules.preview` takes. */
export type SchedulePreviewRequest = Schemas['SchedulePreviewRequest'];
/** The next times of a schedule. */
export type SchedulePreview = Schemas['SchedulePreview'];

/** What `schedules.backfill` takes. */
export type BackfillRequest = Schemas['BackfillRequest'];
/** A backfill that is accepted. */
export type BackfillAccepted = Schemas['JobAccepted'];
/** What a backfill would start. */
export type BackfillPlan = Schemas['BackfillPlan'];
/** What `executions.bulk` takes. */
export type BulkRequest = Schemas['BulkRequest'];
/** A bulk that is accepted. */
export type BulkAccepted = Schemas['JobAccepted'];
/** How many executions a bulk would be about. */
export type BulkPlan = Schemas['BulkPlan'];
/** Something that is done to many things. */
export type Job = Schemas['Job'];
/** The same without its results. */
export type JobSummary = Schemas['JobSummary'];
/** One page of jobs. */
export type JobList = Schemas['JobList'];
/** A trigger of a workflow, and whether it is listening. */
export type TriggerState = Schemas['TriggerState'];
/** One page of triggers. */
export type TriggerList = Schemas['TriggerList'];

/** The address of a webhook trigger. */
export type Webhook = Schemas['Webhook'];
/** The addresses of a workflow. */
export type WebhookList = Schemas['WebhookList'];
/** What `webhooks.rotateUrl` takes. */
export type WebhookRotationRequest = Schemas['WebhookRotationRequest'];
/** What `webhooks.rotateSecret` takes. */
export type WebhookSecretRotationRequest = Schemas['WebhookSecretRotationRequest'];
export type WebhookTestRequest = Schemas['WebhookTestRequest'];
/** The new secret of a trigger. */
export type WebhookSecret = Schemas['WebhookSecret'];
/** What `webhooks.listen` returns. */
export type WebhookListeningEvent = Schemas['WebhookListeningEvent'];
/** A call as it is shown to who listens. */
export type ShownWebhookCall = Schemas['ShownWebhookCall'];
/** A call of an address, and what became of it. */
export type WebhookCall = Schemas['WebhookCall'];
/** One page of calls. */
export type WebhookCallList = Schemas['WebhookCallList'];
/** A subscription to events, without its secret. */
export type EventSubscription = Schemas['EventSubscription'];
/** The same with its secret, which is shown once. */
export type EventSubscriptionWithSecret = Schemas['EventSubscriptionWithSecret'];
/** One page of subscriptions. */
export type EventSubscriptionList = Schemas['EventSubscriptionList'];
/** What `eventSubscriptions.create` takes. */
export type EventSubscriptionRequest = Schemas['EventSubscriptionRequest'];
/** What `eventSubscriptions.update` changes. */
export type EventSubscriptionPatch = Schemas['EventSubscriptionPatch'];
/** An event on its way to a subscription. */
export type EventDelivery = Schemas['EventDelivery'];
/** One page of deliveries. */
export type EventDeliveryList = Schemas['EventDeliveryList'];
/** What `eventSubscriptions.redeliverSince` takes. */
export type EventRedeliveryRequest = Schemas['EventRedeliveryRequest'];
/** What it returns. */
export type EventRedelivery = Schemas['EventRedelivery'];
/** A mailbox, without its secret. */
export type Mailbox = Schemas['Mailbox'];
/** One page of mailboxes. */
export type MailboxList = Schemas['MailboxList'];
/** What `mailboxes.create` takes. */
export type MailboxRequest = Schemas['MailboxRequest'];
/** What `mailboxes.update` changes. */
export type MailboxPatch = Schemas['MailboxPatch'];
/** What `mailboxes.test` tries in the place of what is stored. */
export type MailboxTestRequest = Schemas['MailboxTestRequest'];
/** What a test of a mailbox found. */
export type MailboxTest = Schemas['MailboxTest'];
/** A message that came into a mailbox, and what became of it. */
export type MailboxMessage = Schemas['MailboxMessage'];
/** One page of messages. */
export type MailboxMessageList = Schemas['MailboxMessageList'];

/** A secret, without its value. */
export type Secret = Schemas['Secret'];
/** One page of secrets. */
export type SecretList = Schemas['SecretList'];
/** What `secrets.put` takes. */
export type SecretRequest = Schemas['SecretRequest'];

/** A variable of the organisation. */
export type Variable = Schemas['Variable'];
/** One page of variables. */
export type VariableList = Schemas['VariableList'];
/** What `variables.put` takes. */
export type VariableRequest = Schemas['VariableRequest'];

/** An account that e-mail steps send by, without its password. */
export type MailSender = Schemas['MailSender'];
/** One page of mail senders. */
export type MailSenderList = Schemas['MailSenderList'];
/** What `mailSenders.put` takes. */
export type MailSenderRequest = Schemas['MailSenderRequest'];
/** What `mailSenders.test` takes. */
export type MailSenderTestRequest = Schemas['MailSenderTestRequest'];
/** What the mail server said to the e-mail of a test. */
export type MailSenderTest = Schemas['MailSenderTest'];

/** A provider of models, without its key. */
export type AiProvider = Schemas['AiProvider'];
/** One page of providers of models. */
export type AiProviderList = Schemas['AiProviderList'];
/** What `aiProviders.put` takes. */
export type AiProviderRequest = Schemas['AiProviderRequest'];
/** What `aiProviders.test` takes. */
export type AiProviderTestRequest = Schemas['AiProviderTestRequest'];
/** What the model said to the question of a test. */
export type AiProviderTest = Schemas['AiProviderTest'];
/** A model that workflows may name. */
export type AiModel = Schemas['AiModel'];
/** One page of models. */
export type AiModelList = Schemas['AiModelList'];

/** A token, without its text. */
export type Token = Schemas['Token'];
/** A new token, with its text. */
export type TokenCreated = Schemas['TokenCreated'];
/** One page of tokens. */
export type TokenList = Schemas['TokenList'];
/** What `tokens.create` takes. */
export type TokenRequest = Schemas['TokenRequest'];
/** What `tokens.update` changes. */
export type TokenPatch = Schemas['TokenPatch'];

/** A tenant of the installation. */
export type Organisation = Schemas['Organisation'];
/** One page of organisations. */
export type OrganisationList = Schemas['OrganisationList'];
/** What `organisations.create` takes. */
export type OrganisationRequest = Schemas['OrganisationRequest'];
/** What `organisations.update` changes. */
export type OrganisationPatch = Schemas['OrganisationPatch'];

/** What an organisation may spend on models, and a page of its ledger. */
export type Credits = Schemas['Credits'];
/** What an organisation has used of models. */
export type CreditUsage = Schemas['CreditUsage'];
/** What `organisations.addCredits` takes. */
export type CreditChange = Schemas['CreditChange'];

/** One write, in the audit log. */
export type AuditEntry = Schemas['AuditEntry'];
/** One page of the audit log. */
export type AuditEntryList = Schemas['AuditEntryList'];

/** Who calls, and how often it may. */
export type Account = Schemas['Account'];
/** What the installation acts on. */
export type Capabilities = Schemas['Capabilities'];
/** What each type of step does and takes. */
export type StepTypes = Schemas['StepTypes'];
/** What each type of trigger does and takes. */
export type TriggerTypes = Schemas['TriggerTypes'];
/** The helpers of expressions. */
export type ExpressionHelpers = Schemas['ExpressionHelpers'];
