import { z } from 'zod';
import { defineMessage, STREAMS } from '../message.js';
import { journalStreamOf } from '../partitions.js';
import { carried } from '../open-values.js';
import { executionEventSchema, type ExecutionEvent } from './execution-events.js';

/** Of one entry; a loop may have thousands. */
const LOGGED_EVENTS = 50;

/** That nobody has the execution, and when it is to be woken at the latest; absent when only others can wake it. */
export const suspensionSchema = carried({
  until: z.string().optional(),
  /** Other executions are to be notified of its end: who cancels it wakes it. */
  linked: z.boolean().optional(),
});
export type Suspension = z.output<typeof suspensionSchema>;

/**
 * A batch of events of one execution, appended with the expected last sequence of its subject (fencing).
 * By `entry_id` a writer whose acknowledgement was lost recognises a stored entry as its own.
 */
export const JournalEntry = defineMessage({
  name: 'JournalEntry',
  stream: STREAMS.journal,
  pattern: 'journal.*.*.*',
  schema: carried({
    entry_id: z.string(),
    execution_id: z.string(),
    organisation_id: z.string(),
    events: z.array(executionEventSchema).min(1),
    /**
     * Of the run that wrote it: 0 for the first, for which it is absent, and one more each time the execution is woken. Whoever
     * else appends repeats that of the entry before.
     */
    generation: z.number().int().positive().optional(),
    /**
     * The entry is all that is left of a finished execution in the journal, because its record is written: it says that the
     * execution has ended, so that its id starts nothing again, and nothing else (no output, no message of its error).
     */
    end_marker: z.boolean().optional(),
    /** The execution is suspended, and stays so: others have written the entry, which follows the suspension, or an entry that says this too. */
    suspended: suspensionSchema.optional(),
    /** Claims in a row that the entries before end with: others have written the entry, which follows them, or an entry that says this too. */
    claims: z.number().int().positive().optional(),
  }),
  subject: (address: { organisation_id: string; execution_id: string }, layout) =>
    `journal.${journalStreamOf(address.execution_id, layout)}.${address.organisation_id}.${address.execution_id}`,
  addressOf: (payload) => payload,
  executionOf: (address) => address.execution_id,
  logged: ({ events }) => ({ events: events.slice(0, LOGGED_EVENTS).map(loggedEvent) }),
});
export type JournalBatch = z.output<typeof JournalEntry.schema>;

function loggedEvent(event: ExecutionEvent): object {
  const { type } = event;
  return {
    type,
    ...('path' in event ? { path: event.path } : {}),
    ...('attempt' in event ? { attempt: event.attempt } : {}),
    ...('error' in event ? { code: event.error?.code } : {}),
    ...('retry_at' in event ? { retryAt: event.retry_at } : {}),
  };
}

/** Whether an execution is suspended, by the latest entry of its journal; null when it is not. */
export function suspensionOf({ events, suspended }: Pick<JournalBatch, 'events' | 'suspended'>): Suspension | null {
  const last = events.at(-1);
  if (last?.type !== 'suspended') return suspended ?? null;
  const { until, linked } = last;
  return { ...(until === undefined ? {} : { until }), ...(linked === undefined ? {} : { linked }) };
}

/** Claims in a row of runs that recorded nothing else, with which a journal ends, by its latest entry. */
export function claimsOf({ events, claims = 0 }: Pick<JournalBatch, 'events' | 'claims'>): number {
  const [only] = events;
  if (events.length !== 1 || only?.type !== 'resumed') return claims;
  return only.handed_over === true ? 0 : (only.claims ?? 1);
}

/** The subjects of one journal stream, by its number. */
export function journalSubjects(number: number): string {
  return `journal.${number}.>`;
}

/** The number of the journal stream that has a subject. */
export function journalNumberOf(subject: string): number {
  return Number(subject.split('.', 2)[1]);
}
