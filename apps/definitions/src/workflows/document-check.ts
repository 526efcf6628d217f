import {
  sizeProblems,
  validateWorkflow,
  WORKFLOW_STATUSES,
  type Locate,
  type Problem,
  type WorkflowPlan,
  type WorkflowStatus,
} from '@millrace/schema';
import { INSTALLATION } from './installation.js';
import type { KnownNames } from './known-names.js';
import { invalidWorkflow } from './workflows.errors.js';
import { isObject, type JsonObject } from './json-object.js';

/** A document that may be stored, exactly as it was sent, and what there is to say about it. */
export interface CheckedDocument {
  readonly document: JsonObject & { readonly name: string };
  readonly status: WorkflowStatus;
  readonly warnings: readonly Problem[];
  readonly plan: WorkflowPlan;
}

/** Checks what can be checked before anything is done with it: that it is JSON, and not too large or too deep. Throws INVALID_INPUT. */
export function checkedSize(sent: unknown): void {
  const problems = sizeProblems(sent);
  if (problems.length > 0) throw invalidWorkflow(problems);
}

/**
 * Checks a whole document. Throws INVALID_INPUT with every problem it has, warnings included; with their places, if `locate` finds them
 * in the text that the document was read from.
 */
export function checkedDocument(sent: unknown, names: KnownNames, locate?: Locate): CheckedDocument {
  // The validator takes a string for YAML text; here it is only a body of the wrong type.
  if (!isObject(sent)) {
    throw invalidWorkflow([
      {
        severity: 'error',
        path: '',
        code: 'wrong_type',
        message: 'a workflow must be a JSON object',
        hint: 'E.g. {"name": "…", "steps": […]}.',
        ...locate?.({ at: [] }),
      },
    ]);
  }
  const result = validateWorkflow(sent, { ...INSTALLATION, ...names, now: Date.now(), ...(locate && { locate }) });
  if (!result.ok) throw invalidWorkflow(result.problems);
  return {
    document: { ...sent, name: result.document.name },
    status: result.document.status ?? 'active',
    warnings: result.problems,
    plan: result.plan,
  };
}

/** Checks a status by itself. Throws INVALID_INPUT. */
export function checkedStatus(sent: unknown): WorkflowStatus {
  const status = WORKFLOW_STATUSES.find((known) => known === sent);
  if (status !== undefined) return status;
  throw invalidWorkflow([
    {
      path: 'status',
      code: 'invalid_value',
      message: 'the status must be one of "active", "paused", "draft"',
      hint: 'To stop all starts use "paused".',
    },
  ]);
}
