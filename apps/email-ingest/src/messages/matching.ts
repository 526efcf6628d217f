import { LoopTurns } from '@millrace/messaging';
import { addressesMeantBy, comparableAddress } from '@millrace/schema';
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

/** A filter of a trigger that has the address of a message, and does not take it. */
export interface FailedFilter {
  readonly workflowId: string;
  readonly name: 'subject_filter' | 'from_filter' | 'has_attachment';
  readonly filter: string;
}

/** What the triggers of an organisation say of a message. */
export interface Match {
  readonly candidates: readonly Candidate[];
  /** Whether those that are for it only do not take it because it is automatic. */
  readonly onlyAutomatic: boolean;
  /** Of each workflow that has its address and takes it by no trigger, the first filter that does not fit. */
  readonly failed: readonly FailedFilter[];
}

/** What a message is compared by. */
type Compared = Pick<MessageHead, 'recipients' | 'from' | 'fromName' | 'subject'>;

/** A trigger, and the place of its workflow. */
interface PlacedTrigger {
  readonly place: number;
  readonly trigger: EmailTriggerConfig;
}

/** Triggers whose filters are compared with a message in a turn of the event loop: at worst one takes some milliseconds. */
const AT_ONCE = 5;

const turns = new LoopTurns({ atOnce: 1 });

/** The triggers of lists of workflows by their addresses, as they are compared. The list of an organisation is that of many messages. */
const indexes = new WeakMap<readonly WorkflowTriggers[], ReadonlyMap<string, readonly PlacedTrigger[]>>();

/**
 * The workflows of an organisation whose triggers take a message, and why others do not. `workflows` must not change afterwards. The work is that of recipients and triggers, not of each with each.
 */
export async function candidatesFor(
  message: Compared,
  automatic: AutomaticKind | null,
  workflows: readonly WorkflowTriggers[],
  organisationId: string,
): Promise<Match> {
  const { wanting, failing } = await triggersFor(message, workflows, organisationId);
  const candidates: Candidate[] = [];
  const failed: FailedFilter[] = [];
  let refused = 0;
  for (const [place, { workflowId }] of workflows.entries()) {
    const triggers = wanting.get(place) ?? [];
    const taken = triggers.filter((trigger) => automatic === null || accepts(trigger, automatic));
    if (taken.length > 0) candidates.push({ workflowId, attachments: taken.map(wantedAttachment) });
    else if (triggers.length > 0) refused++;
    const filter = triggers.length === 0 ? failing.get(place) : undefined;
    if (filter !== undefined) failed.push({ workflowId, ...filter });
  }
  return { candidates, onlyAutomatic: candidates.length === 0 && refused > 0, failed };
}

/** By the places of their workflows. */
interface Addressed {
  /** The triggers that take a message, automatic or not. */
  readonly wanting: ReadonlyMap<number, readonly EmailTriggerConfig[]>;
  /** The first filters that do not fit. */
  readonly failing: ReadonlyMap<number, Omit<FailedFilter, 'workflowId'>>;
}

/** What is said of a message by the triggers that have its address. */
async function triggersFor(
  message: Compared,
  workflows: readonly WorkflowTriggers[],
  organisationId: string,
): Promise<Addressed> {
  const index = indexes.get(workflows) ?? indexOf(workflows);
  indexes.set(workflows, index);
  const meant = new Set(message.recipients.flatMap(addressesMeantBy));
  const addressed = [...meant].flatMap((address) => index.get(address) ?? []);
  const wanting = new Map<number, EmailTriggerConfig[]>();
  const failing = new Map<number, Omit<FailedFilter, 'workflowId'>>();
  for (const [looked, { place, trigger }] of addressed.entries()) {
    if (looked % AT_ONCE === 0) await new Promise<void>((resolve) => turns.begin(() => organisationId, resolve));
    const failed = failedFilter(trigger, message);
    if (failed !== null) {
      if (!failing.has(place)) failing.set(place, failed);
      continue;
    }
    const others = wanting.get(place);
    if (others === undefined) wanting.set(place, [trigger]);
    else others.push(trigger);
  }
  return { wanting, failing };
}

function indexOf(workflows: readonly WorkflowTriggers[]): Map<string, PlacedTrigger[]> {
  const index = new Map<string, PlacedTrigger[]>();
  for (const [place, { triggers }] of workflows.entries()) {
    for (const trigger of triggers) {
      if (typeof trigger.address !== 'string') continue;
      const address = comparableAddress(trigger.address);
      const others = index.get(address);
      if (others === undefined) index.set(address, [{ place, trigger }]);
      else others.push({ place, trigger });
    }
  }
  return index;
}

/** The workflows that start, by whether the message has an attachment; where that is not known (null), those that start in either case. */
export function startedBy(candidates: readonly Candidate[], hasAttachment: boolean | null): string[] {
  const started =
    hasAttachment === null ? candidates.filter(startsAnyway) : candidates.filter(startsWith(hasAttachment));
  return started.map(({ workflowId }) => workflowId);
}

/** Why the workflows of `candidates` do not start where none does: each takes only messages with, or only ones without, an attachment. */
export function failedByAttachment(candidates: readonly Candidate[], hasAttachment: boolean): FailedFilter[] {
  return candidates.map(({ workflowId }) => ({ workflowId, name: 'has_attachment', filter: String(!hasAttachment) }));
}

/** Whether attachments decide which workflows start. */
export function dependsOnAttachments(candidates: readonly Candidate[]): boolean {
  return !candidates.every(startsAnyway);
}

function startsWith(hasAttachment: boolean): (candidate: Candidate) => boolean {
  return ({ attachments }) => attachments.some((wanted) => wanted === undefined || wanted === hasAttachment);
}

function startsAnyway(candidate: Candidate): boolean {
  return startsWith(true)(candidate) && startsWith(false)(candidate);
}

/** What a workflow has sent could start it again, and that without end. */
function accepts({ accept_automatic }: EmailTriggerConfig, automatic: AutomaticKind): boolean {
  if (automatic === 'loop') return false;
  return Array.isArray(accept_automatic) ? accept_automatic.includes(automatic) : accept_automatic === true;
}

/** The first filter that a message does not pass; null for one that passes all. */
function failedFilter(
  { subject_filter, from_filter }: EmailTriggerConfig,
  { from, fromName, subject }: Compared,
): Omit<FailedFilter, 'workflowId'> | null {
  if (typeof subject_filter === 'string' && !passesFilter(subject, subject_filter))
    return { name: 'subject_filter', filter: subject_filter };
  if (typeof from_filter !== 'string') return null;
  const isFrom = passesFilter(from ?? '', from_filter) || passesFilter(`${fromName} <${from ?? ''}>`, from_filter);
  return isFrom ? null : { name: 'from_filter', filter: from_filter };
}

function wantedAttachment({ has_attachment }: EmailTriggerConfig): boolean | undefined {
  return typeof has_attachment === 'boolean' ? has_attachment : undefined;
}
