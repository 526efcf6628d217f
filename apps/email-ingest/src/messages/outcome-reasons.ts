import { AppError, shortened } from '@millrace/contracts';
import type { AutomaticKind } from './automatic-mail.js';
import type { FailedFilter } from './matching.js';

/*
 * Why a message starts nothing, in the words that the list of messages and the test of a mailbox both have.
 */

const NO_TRIGGER = 'No workflow has an e-mail trigger for one of its recipients whose filters it passes';
/** Workflows that are named with the filter that does not fit, and characters of that. */
const NAMED = 3;
const FILTER_CHARACTERS = 100;

/** Of one that no trigger takes: with the filters of those that have its address. */
export function noTriggerReason(failed: readonly FailedFilter[]): string {
  if (failed.length === 0) return NO_TRIGGER;
  const named = failed.slice(0, NAMED).map(({ workflowId, name, filter }) => {
    return `${workflowId} takes this address, but its ${name} "${shortened(filter, FILTER_CHARACTERS)}" does not fit`;
  });
  const more =
    failed.length > NAMED ? [`${failed.length - NAMED} more workflows take it, whose filters do not fit`] : [];
  return `${NO_TRIGGER}: ${[...named, ...more].join('; ')}`;
}

export function automaticReason(kind: AutomaticKind): string {
  if (kind === 'loop') return 'It was sent by a workflow (loop), and would go round for ever';
  return `It is an automatic message (${kind}), which the triggers for it do not take: see accept_automatic`;
}

export const ATTACHMENT_UNKNOWN =
  'The mail server does not say whether it has an attachment, which decides: that is seen once the message is read';

/** Refusals of a start that are about the workflow as its owner has it. All others may pass, and the message waits for that. */
const FINAL_REFUSALS: Readonly<Record<string, string>> = {
  WORKFLOW_NOT_FOUND: 'its workflow does not exist',
  WORKFLOW_PAUSED: 'its workflow is paused',
  WORKFLOW_NOT_ACTIVE: 'its workflow is not active',
  VERSION_NOT_FOUND: 'the version of its workflow does not exist',
};

/** Why a workflow starts for no message as its owner has it; null for what may pass. */
export function finalRefusal(workflowId: string, error: unknown): string | null {
  if (!(error instanceof AppError)) return null;
  const why = FINAL_REFUSALS[error.code];
  return why === undefined ? null : `${workflowId}: ${why} (${error.code})`;
}

/** Some of why workflows do not start; null for none. */
export function refusalsReason(refusals: readonly string[]): string | null {
  return refusals.length === 0 ? null : [...new Set(refusals)].slice(0, 5).join(', ');
}
