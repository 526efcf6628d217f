import { isTest, LIMITS, type ExecutionEvent, type TriggerInfo } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { turnOfLargePiece } from '@millrace/messaging';
import { elapsed } from '../step-runs/step-run.js';
import { bytesOf, eventsOf, inOrder, type Entry } from './entries.js';
import type { ExecutionDocument, StepRunDocument } from './execution.schema.js';
import { labelKeyOf } from './execution-filter.js';
import { originIn } from './execution-origin.js';
import { parentOf } from './execution-parent.js';
import { endOf, startOf } from './fold.js';
import { packText, splitText, unpackText } from './stored-text.js';

/** Packed events above this many bytes are in `step_runs`: lists read whole records, so these must stay small. */
const INLINE_LIMIT = 16_384;
/** Longer texts do not become so small. Characters, or bytes before that is known. */
const LONG_TEXT = INLINE_LIMIT * 16;

/** Longest error text kept for lists; the whole error is among the events. Characters. */
const ERROR_MESSAGE_LENGTH = 1_000;

/** What is written for an execution that is not stored yet. `stepRuns` are to be written first, so that no reader misses them. */
export interface StoredExecution {
  readonly record: ExecutionDocument;
  readonly stepRuns: readonly StepRunDocument[];
}

/** What an end event changes in a record that is stored already. */
export type EndChange = Pick<
  ExecutionDocument,
  'status' | 'completed_at' | 'error_code' | 'error_message' | 'failed_path' | 'duration_ms' | 'seq'
>;

/** What a suspension or a wake-up changes in a record that is stored already. */
export type WaitChange = Pick<ExecutionDocument, 'seq'> & { readonly status: 'running' | 'waiting' };

/** The documents of an execution whose entries begin with `started`; null when they don't. */
export async function toStored(
  executionId: string,
  organisationId: string,
  entries: readonly Entry[],
): Promise<StoredExecution | null> {
  const ordered = inOrder(entries);
  const last = ordered.at(-1);
  const events = eventsOf(ordered);
  const started = startOf(events);
  if (!started || !last) return null;
  const origin = originIn(started.trigger);
  const base: ExecutionDocument = {
    _id: executionId,
    org: organisationId,
    wf: started.workflow_id,
    version: started.version,
    status: 'running',
    trigger_type: started.trigger.type,
    started_at: dateOf(started.accepted_at),
    completed_at: null,
    error_code: null,
    error_message: null,
    ...(started.label === undefined ? {} : { label: started.label, label_key: labelKeyOf(started.label) }),
    ...(origin === undefined ? {} : { restarted_from: origin }),
    ...parentFields(started.trigger),
    ...(isTest(started.trigger) ? { test: 1 } : {}),
    seq: last.sequence,
    inline_seq: 0,
    ...waitChange(events, last.sequence),
    ...endChange(events, last.sequence, started.accepted_at),
  };
  // Long texts are not even made here: doing so twice would cost more than the better estimate is worth.
  const packed = bytesOf(ordered) > LONG_TEXT ? null : await packedEntries(ordered);
  if (packed !== null && packed.length <= INLINE_LIMIT) {
    const several = ordered.length > 1 ? { inline_seqs: ordered.map((entry) => entry.sequence) } : {};
    return { record: { ...base, inline_seq: last.sequence, ...several, events: packed }, stepRuns: [] };
  }
  return { record: base, stepRuns: await toStepRuns(executionId, ordered) };
}

async function packedEntries(entries: readonly Entry[]): Promise<string | Uint8Array | null> {
  const text = stringifyJson(entries.map(({ sequence, events }) => ({ sequence, events })));
  return text.length > LONG_TEXT ? null : packText(text);
}

function parentFields(trigger: TriggerInfo): Pick<ExecutionDocument, 'parent' | 'parent_path'> {
  const { parent } = parentOf(trigger);
  return parent === undefined ? {} : { parent: parent.execution_id, parent_path: parent.step_path };
}

/** The change that the end among `events` makes to an execution that was accepted at `acceptedAt` (ISO), or null when there is none. */
export function endChange(
  events: readonly ExecutionEvent[],
  sequence: number,
  acceptedAt: string | undefined,
): EndChange | null {
  const ended = endOf(events);
  if (!ended) return null;
  const error = ended.type === 'failed' ? ended.error : null;
  const path = ended.type === 'failed' ? ended.path : undefined;
  const duration = acceptedAt === undefined ? 0 : elapsed(acceptedAt, ended.at);
  return {
    status: ended.type,
    completed_at: dateOf(ended.at),
    error_code: error?.code ?? null,
    error_message: error ? error.message.slice(0, ERROR_MESSAGE_LENGTH) : null,
    ...(path === undefined ? {} : { failed_path: path }),
    ...(duration < LIMITS.durationFilterMs ? {} : { duration_ms: duration }),
    seq: sequence,
  };
}

/** Whether the execution waits after these events; null when they do not show it, or include its end. */
export function waitChange(events: readonly ExecutionEvent[], sequence: number): WaitChange | null {
  if (endOf(events)) return null;
  const event = events.findLast(({ type }) => type === 'suspended' || type === 'woken');
  return event ? { status: event.type === 'suspended' ? 'waiting' : 'running', seq: sequence } : null;
}

/** Whether an entry is among the events inside a record. Of records of earlier versions it may say no where it is: then it is kept twice. */
export function isInline(row: Pick<ExecutionDocument, 'inline_seq' | 'inline_seqs'>, sequence: number): boolean {
  return row.inline_seqs?.includes(sequence) ?? sequence === row.inline_seq;
}

/** One document for each part of each entry. */
export async function toStepRuns(executionId: string, entries: readonly Entry[]): Promise<StepRunDocument[]> {
  const perEntry = await Promise.all(
    entries.map(async (entry) => {
      await turnOfLargePiece(entry.bytes ?? 0);
      const parts = splitText(stringifyJson(entry.events));
      return Promise.all(
        parts.map(async (whole, part) => {
          const text = await packText(whole);
          const _id = `${executionId}:${entry.sequence}:${part}`;
          return { _id, seq: entry.sequence, part, parts: parts.length, bytes: text.length, text };
        }),
      );
    }),
  );
  return perEntry.flat();
}

/** The entries inside a record. */
export async function inlineEntries(record: Pick<ExecutionDocument, 'events'>): Promise<Entry[]> {
  if (record.events === undefined) return [];
  return parseJson(await unpackText(record.events)) as Entry[]; // written by toStored, so it is what that had
}

/** The entries that stored step runs hold. An entry of which a part is missing (its write was cut short) is left out. */
export async function fromStepRuns(stepRuns: readonly StepRunDocument[]): Promise<Entry[]> {
  const partsBySequence = new Map<number, StepRunDocument[]>();
  for (const stepRun of stepRuns) {
    const parts = partsBySequence.get(stepRun.seq) ?? [];
    parts.push(stepRun);
    partsBySequence.set(stepRun.seq, parts);
  }
  const entries: Entry[] = [];
  for (const [sequence, parts] of partsBySequence) {
    if (parts.length !== parts[0]?.parts) continue;
    parts.sort((a, b) => a.part - b.part);
    const texts = await Promise.all(parts.map((part) => unpackText(part.text)));
    await turnOfLargePiece(texts.reduce((sum, { length }) => sum + length, 0));
    entries.push({ sequence, events: parseJson(texts.join('')) as ExecutionEvent[] }); // written by toStepRuns
  }
  return entries;
}

/** A date the database can keep: what is no time becomes 1970, since one odd execution must not fail its batch. */
function dateOf(time: string): Date {
  return new Date(Date.parse(time) || 0);
}
