export { hasRespondingStep } from './check-responses.js';
export { planWorkflow, InvalidWorkflowError } from './plan-workflow.js';
export { orderOf, type NextStep, type OrderedStep, type PlanOrder } from './plan-order.js';
export type { BlockPlan, RetryPlan, StepPlan, WorkflowPlan } from './plan.js';
export { walkTo, type PlanWalk, type StepOutcome, type StoppedWalk } from './plan-walk.js';
export {
  dataOf,
  EXECUTABLE_STEP_TYPES,
  isStepType,
  stepDefinitions,
  STEP_TYPES,
  type ConfigInputOf,
  type ConfigOf,
  type ExecutableStepType,
  type Step,
  type StepType,
} from './step-schemas.js';
export type { StepReach } from './step-definition.js';
export { marksOf, type StepMarks } from './step-marks.js';
export {
  hasNextRun,
  isTriggerType,
  SERVED_TRIGGER_TYPES,
  triggerDefinitions,
  TRIGGER_TYPES,
  type ServedTriggerType,
  type Trigger,
  type TriggerConfigOf,
  type TriggerType,
} from './trigger-schemas.js';
export type { AnyStep, BranchTargets } from './step-base.js';
export { WORKFLOW_STATUSES, type WorkflowDocument, type WorkflowStatus } from './document.js';
export { settingsSchema, type WorkflowSettings } from './settings.js';
export type { WorkflowTool } from './tool-fields.js';
export { RESPONSE_SCHEMA_FORMATS } from './response-schema.js';
export { addressesMeantBy, comparableAddress, mailboxReceives } from './mail-address.js';
export { CronMatches } from './cron-matches.js';
export { boundWords, formatWords, listed, TYPE_NAMES } from './issue-words.js';
export { parseDuration, type Duration } from './duration.js';
export { HEADER_NAME, isCredentialHeader } from './header-names.js';
export { isUnsentHeader } from './steps/unsent-headers.js';
export { SIGNAL_NAME_PATTERN } from './steps/wait.js';
export { stepIdPattern, isReservedStepId } from './identifiers.js';
export {
  DOCUMENT_LIMITS,
  EXECUTION_WAIT_MS,
  FIELD_LIMITS,
  LOOKUP_LIMITS,
  REPORT_LIMITS,
  RESPOND_TIMEOUT_MS,
  type DocumentLimits,
} from './limits.js';
export { formatPath, PROBLEM_CODES, type Problem, type ProblemCode } from './problem.js';
export { sizeProblems, validateWorkflow, type ValidationResult } from './validate-workflow.js';
export { suggestions, type Suggest } from './suggest.js';
export { hasUserInfo } from './user-info.js';
export { readDocumentText, type TextReading } from './text/read-text.js';
export { replaceMember } from './text/replace-member.js';
export type { Locate } from './text/source.js';
export { writeDocumentText } from './text/write-text.js';
export { formatProblems, summariseProblems } from './format-problems.js';
export {
  stepConfigJsonSchema,
  stepOutputJsonSchema,
  triggerConfigJsonSchema,
  workflowJsonSchema,
  type JsonSchema,
} from './json-schema.js';
export {
  dependenciesOf,
  evaluatedCharacters,
  readsOfPlan,
  type Dependencies,
  type PlanReads,
  type WorkflowDependencies,
} from './dependencies.js';
export { fieldSites, valuesAt, type FieldSite, type PlacedValue } from './field-sites.js';
export type { FieldKind } from './fields.js';
export { namedIn, onlyCodeOf, type NamedIn } from './named-in.js';
export type { CodeProblem } from './check-context.js';
export type { ValidationContext } from './validation-context.js';
export { AUTOMATIC_KINDS } from './triggers/email.js';
export { type SignatureScheme } from './triggers/webhook.js';
