import { isMeantBy } from '@millrace/schema';
import type { MessageHead } from '../imap/message-head.js';
import type { AutomaticKind } from './automatic-mail.js';
import { passesFilter } from './text-filter.js';

/** What an e-mail trigger asks for, as it is published. */
export interface EmailTriggerConfig {
  readonly address?: unknown;
  readonly subject_filter?: unknown;
  readonly from_filter?: unknown;
  readonly has_attachment?: unknown;
  readonly accept_automatic?: unknown;
}

/** The e-mail triggers of a workflow. */
export interface WorkflowTriggers {
  readonly workflowId: string;
  readonly triggers: readonly EmailTriggerConfig[];
}

/** A workflow that a message may start; what it has attached decides when that is known. */
export interface Candidate {
  readonly workflowId: string;
  /** For each trigger that takes the message, whether it has to have an attachment; undefined where that is all the same. */
  readonly attachments: readonly (boolean | undefined)[];
}

/** The workflows whose triggers want a message, and whether others only do not want it because it is automatic. */
export function candidatesFor(
  message: Pick<MessageHead, 'recipients' | 'from' | 'fromName' | 'subject'>,
  automatic: AutomaticKind | null,
  workflows: readonly WorkflowTriggers[],
): { candidates: Candidate[]; onlyAutomatic: boolean } {
  const candidates: Candidate[] = [];
  let refused = 0;
  for (const { workflowId, triggers } of workflows) {
    const wanting = triggers.filter((trigger) => wants(trigger, message));
    const taken = wanting.filter((trigger) => automatic === null || accepts(trigger, automatic));
    if (taken.length > 0) candidates.push({ workflowId, attachments: taken.map(wantedAttachment) });
    else if (wanting.length > 0) refused++;
  }
  return { candidates, onlyAutomatic: candidates.length === 0 && refused > 0 };
}

/** Whether a workflow starts, now that it is known whether the message has an attachment. */
export function starts({ attachments }: Candidate, hasAttachment: boolean): boolean {
  return attachments.some((wanted) => wanted === undefined || wanted === hasAttachment);
}

/** What a workflow has sent could start it again, and that without end. */
function accepts({ accept_automatic }: EmailTriggerConfig, automatic: AutomaticKind): boolean {
  if (automatic === 'loop') return false;
  return Array.isArray(accept_automatic) ? accept_automatic.includes(automatic) : accept_automatic === true;
}

function wants(
  { address, subject_filter, from_filter }: EmailTriggerConfig,
  { recipients, from, fromName, subject }: Pick<MessageHead, 'recipients' | 'from' | 'fromName' | 'subject'>,
): boolean {
  if (typeof address !== 'string' || !recipients.some((recipient) => isMeantBy(recipient, address))) return false;
  if (typeof subject_filter === 'string' && !passesFilter(subject, subject_filter)) return false;
  if (typeof from_filter !== 'string') return true;
  return passesFilter(from ?? '', from_filter) || passesFilter(`${fromName} <${from ?? ''}>`, from_filter);
}

function wantedAttachment({ has_attachment }: EmailTriggerConfig): boolean | undefined {
  return typeof has_attachment === 'boolean' ? has_attachment : undefined;
}
