import type { CheckContext } from './check-context.js';
import type { DocumentLimits } from './limits.js';
import type { WorkflowSettings } from './settings.js';
import type { AnyStep } from './step-base.js';
import type { StepType } from './step-schemas.js';
import type { Locate } from './text/source.js';
import type { TriggerType } from './trigger-schemas.js';

/** What is known about where the workflow will run. What is left out is not checked. */
export interface ValidationContext extends CheckContext {
  /** Names of the organisation's secrets. */
  readonly secrets?: readonly string[];
  /** Names of variables the organisation has beside the workflow's own. */
  readonly variables?: readonly string[];
  /** Names `env` has. */
  readonly env?: readonly string[];
  /** Step types the installation's executors have a handler for. */
  readonly stepTypes?: readonly StepType[];
  /** Trigger types the installation can start a workflow by. */
  readonly triggerTypes?: readonly TriggerType[];
  /** Members of `settings` that the installation acts on. */
  readonly settings?: readonly (keyof WorkflowSettings)[];
  /** Fields of steps that the installation does not act on. */
  readonly ignoredStepFields?: readonly (keyof AnyStep)[];
  /** Limits that differ from {@link DOCUMENT_LIMITS}. */
  readonly limits?: Partial<DocumentLimits>;
  /** Of a document that was read from a text by `readDocumentText`: finds the lines and columns of its problems. */
  readonly locate?: Locate;
}
