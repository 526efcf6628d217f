export { WorkflowClient, WorkflowClient as default, type RawCall } from './client.js';
export type { CallOptions, ClientOptions, Logger, WriteOptions } from './options.js';
export type { Clock } from './clock.js';
export { APIPromise, type APIResponse } from './api-promise.js';
export { Page, PagePromise } from './page.js';
export { defineWorkflow, type StepIds } from './define-workflow.js';
export type { ReadOptions, WaitOptions } from './executions/wait.js';
export type { UpdateOptions } from './if-match.js';
export type { Delivery, DeliveryHeaders } from './webhooks/webhooks.js';
export type { RawBody } from './webhooks/signatures.js';
export {
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
  UserAbortError,
  WaitTimeoutError,
  WebhookVerificationError,
  WorkflowClientError,
} from './errors.js';
export type {
  Account,
  Capabilities,
  ExecuteParams,
  Execution,
  ExecutionAccepted,
  ExecutionCount,
  ExecutionCountQuery,
  ExecutionList,
  ExecutionListQuery,
  ExecutionSummary,
  JournalEvent,
  JournalPage,
  JournalQuery,
  LoopSummary,
  Secret,
  SecretList,
  SecretListQuery,
  SecretRequest,
  StepRun,
  StepRunList,
  StepRunListQuery,
  Token,
  TokenCreated,
  TokenList,
  TokenListQuery,
  TokenPatch,
  TokenRequest,
  Variable,
  VariableList,
  VariableListQuery,
  VariableRequest,
  Workflow,
  WorkflowDocument,
  WorkflowList,
  WorkflowListQuery,
  WorkflowPatch,
  WorkflowStep,
  WorkflowSummary,
} from './types.js';
