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
 * The workflows of an organisation whose triggers take a message, and whether others only do not take it because it is automatic. `workflows`
 * must not change afterwards. The work is that of recipients and triggers, not of each with each.
 */
export async function candidatesFor(
  message: Compared,
  automatic: AutomaticKind | null,
  workflows: readonly WorkflowTriggers[],
  organisationId: string,
): Promise<{ candidates: Candidate[]; onlyAutomatic: boolean }> {
  const wanting = await triggersFor(message, workflows, organisationId);
  const candidates: Candidate[] = [];
  let refused = 0;
  for (const [place, { workflowId }] of workflows.entries()) {
    const triggers = wanting.get(place) ?? [];
    const taken = triggers.filter((trigger) => automatic === null || accepts(trigger, automatic));
    if (taken.length > 0) candidates.push({ workflowId, attachments: taken.map(wantedAttachment) });
    else if (triggers.length > 0) refused++;
  }
  return { candidates, onlyAutomatic: candidates.length === 0 && refused > 0 };
}

/** The triggers that take a message, by the places of their workflows. */
async function triggersFor(
  message: Compared,
  workflows: readonly WorkflowTriggers[],
  organisationId: string,
): Promise<Map<number, EmailTriggerConfig[]>> {
  const index = indexes.get(workflows) ?? indexOf(workflows);
  indexes.set(workflows, index);
  const meant = new Set(message.recipients.flatMap(addressesMeantBy));
  const addressed = [...meant].flatMap((address) => index.get(address) ?? []);
  const wanting = new Map<number, EmailTriggerConfig[]>();
  for (const [looked, { place, trigger }] of addressed.entries()) {
    if (looked % AT_ONCE === 0) await new Promise<void>((resolve) => turns.begin(() => organisationId, resolve));
    if (!passesFilters(trigger, message)) continue;
    const others = wanting.get(place);
    if (others === undefined) wanting.set(place, [trigger]);
    else others.push(trigger);
  }
  return wanting;
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

function passesFilters(
  { subject_filter, from_filter }: EmailTriggerConfig,
  { from, fromName, subject }: Compared,
): boolean {
  if (typeof subject_filter === 'string' && !passesFilter(subject, subject_filter)) return false;
  if (typeof from_filter !== 'string') return true;
  return passesFilter(from ?? '', from_filter) || passesFilter(`${fromName} <${from ?? ''}>`, from_filter);
}

function wantedAttachment({ has_attachment }: EmailTriggerConfig): boolean | undefined {
  return typeof has_attachment === 'boolean' ? has_attachment : undefined;
}
