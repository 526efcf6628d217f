import type { DocumentLimits } from './limits.js';
import type { WorkflowSettings } from './settings.js';
import type { AnyStep } from './step-base.js';
import type { StepType } from './step-schemas.js';
import type { Locate } from './text/source.js';
import type { TriggerType } from './trigger-schemas.js';

/** Why code does not parse, and where in its source: an offset, and line and column from 1. */
export interface CodeProblem {
  readonly message: string;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** What is known about where the workflow will run. What is left out is not checked. */
export interface ValidationContext {
  /** Names of the organisation's secrets. */
  readonly secrets?: readonly string[];
  /** Names of variables the organisation has beside the workflow's own. */
  readonly variables?: readonly string[];
  /** Names `env` has. */
  readonly env?: readonly string[];
  /** Ids of the organisation's workflows, at least of all that the document names. */
  readonly workflows?: readonly string[];
  /** What is wrong with sources of `code` steps, by the source: parsing is not the validation's to do. */
  readonly codeProblems?: ReadonlyMap<string, CodeProblem>;
  /** Ids of those of them that models may use as tools. */
  readonly tools?: readonly string[];
  /** Addresses of the organisation's mailboxes; `*@domain` stands for all of a domain. */
  readonly mailboxes?: readonly string[];
  /** Names of the organisation's mail senders. */
  readonly senders?: readonly string[];
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
