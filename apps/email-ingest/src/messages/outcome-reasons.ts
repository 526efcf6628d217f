import { AppError } from '@millrace/contracts';
import type { AutomaticKind } from './automatic-mail.js';

/*
 * Why a message starts nothing, in the words that the list of messages and the test of a mailbox both have.
 */

export const NO_TRIGGER = 'No workflow has an e-mail trigger for one of its recipients whose filters it passes';

export function automaticReason(kind: AutomaticKind): string {
  if (kind === 'loop') return 'It was sent by a workflow (loop), and would go round for ever';
  return `It is an automatic message (${kind}), which the triggers for it do not take: see accept_automatic`;
}

/** Of one that no trigger takes by whether it has an attachment. */
export function attachmentReason(hasAttachment: boolean): string {
  return `The triggers for it take only messages ${hasAttachment ? 'without' : 'with'} an attachment`;
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
