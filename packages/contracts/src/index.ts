export { EXECUTABLE_STEP_TYPES } from './capabilities.js';
export {
  AppError,
  ERRORS,
  isErrorCode,
  type ErrorBody,
  type ErrorCode,
  type ErrorEntry,
  type ErrorIssue,
} from './errors.js';
export { ID_PREFIXES, idTime, isId, newId, randomSecret } from './ids.js';
export { exceededJsonBound, type JsonBounds } from './json-bounds.js';
export { LIMITS } from './limits.js';
export {
  defineMessage,
  defineRequest,
  defineSnapshot,
  STREAMS,
  type MessageDefinition,
  type RequestDefinition,
  type SnapshotDefinition,
  type StreamName,
} from './message.js';
export { JOURNAL_SHARDS, laneOf, RUN_LANES, shardOf } from './partitions.js';
export { shortened } from './shorten.js';
export {
  ActiveSnapshot,
  TokenSnapshot,
  VersionSnapshot,
  WebhookSnapshot,
  type ActiveSnapshotValue,
  type TokenSnapshotValue,
  type VersionSnapshotValue,
  type WebhookSnapshotValue,
} from './snapshots.js';
export {
  RunRequested,
  organisationOfRun,
  runLaneSubjects,
  triggerInfoSchema,
  type RunRequest,
  type TriggerInfo,
} from './messages/runs.js';
export {
  executionEventSchema,
  failureSchema,
  JournalEntry,
  journalShardSubjects,
  type ExecutionEvent,
  type Failure,
  type JournalBatch,
} from './messages/journal.js';
export { ExecutionFinished, type FinishedExecution } from './messages/lifecycle.js';
export { CreateWorkflow, DeleteWorkflow, GetWorkflow, ListWorkflows, UpdateWorkflow } from './messages/definitions.js';
export { CountExecutions, GetExecution, GetExecutionValue, ListExecutions } from './messages/history.js';
export { AdmitWebhook, ReceiveWebhook } from './messages/webhooks.js';
export {
  workflowListSchema,
  workflowResourceSchema,
  workflowSummarySchema,
  type WorkflowList,
  type WorkflowResource,
  type WorkflowSummary,
} from './http/workflows.js';
export {
  executionAcceptedSchema,
  executionListSchema,
  executionResourceSchema,
  executionStatusSchema,
  executionSummarySchema,
  stepRunSchema,
  type ExecutionAccepted,
  type ExecutionList,
  type ExecutionResource,
  type ExecutionStatus,
  type ExecutionSummary,
  type StepRun,
  type ValueRef,
} from './http/executions.js';
