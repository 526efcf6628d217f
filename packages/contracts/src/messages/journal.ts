import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { defineMessage, STREAMS } from '../message.js';
import { shardOf } from '../partitions.js';
import { triggerInfoSchema } from './runs.js';

const at = z.string();
/** Where a step stands: `step`, or `loop[3].step` for iteration 3 of a loop, nested as deep as the loops are. Unique in an execution. */
const path = z.string();

/** One thing that happened in an execution. The events of an execution, in order, are the truth about it. Times are ISO 8601. */
export const executionEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    at,
    workflow_id: z.string(),
    version: z.number().int(),
    accepted_at: z.string(),
    trigger: triggerInfoSchema,
    input: z.unknown().optional(),
    request_id: z.string().optional(),
    /**
     * At least 122 random bits, as text: what random numbers and `uuid()` are derived from. Never leaves the platform, or they
     * could be guessed. Absent in journals before 0.2: they derive them from the execution's id.
     */
    seed: z.string().optional(),
  }),
  /**
   * Another executor took over after a crash or a wake-up; `delivery` counts from 1. With `handed_over` the opposite: this
   * run ends here, in order and without the execution's fault (a shutdown, a store that refused). A run that says neither
   * that nor an end was lost; `LIMITS.executionLostRuns` bounds those.
   */
  z.object({ type: z.literal('resumed'), at, delivery: z.number().int(), handed_over: z.boolean().optional() }),
  /** The intent before a side effect: the step may have reached the outside from here on. */
  z.object({ type: z.literal('step_started'), at, path, step_type: z.string(), attempt: z.number().int() }),
  z.object({
    type: z.literal('step_completed'),
    at,
    path,
    step_type: z.string(),
    started_at: z.string(),
    attempt: z.number().int(),
    output: z.unknown().optional(),
  }),
  /** An attempt failed. `retry_at` tells when the next one starts; without it the failure is the step's result. */
  z.object({
    type: z.literal('step_failed'),
    at,
    path,
    step_type: z.string(),
    started_at: z.string(),
    attempt: z.number().int(),
    error: failureSchema,
    retry_at: z.string().optional(),
  }),
  z.object({ type: z.literal('step_skipped'), at, path, step_type: z.string() }),
  z.object({ type: z.literal('completed'), at, output: z.unknown().optional() }),
  z.object({ type: z.literal('failed'), at, error: failureSchema, path: path.optional() }),
  z.object({ type: z.literal('cancelled'), at, reason: z.string().optional() }),
]);
export type ExecutionEvent = z.output<typeof executionEventSchema>;

/**
 * A batch of events of one execution, appended with the expected last sequence of its subject (fencing).
 * `entry_id` tells a writer whose answer was lost whether the stored entry is its own.
 */
export const JournalEntry = defineMessage({
  name: 'JournalEntry',
  stream: STREAMS.journal,
  pattern: 'journal.*.*.*',
  schema: z.object({
    entry_id: z.string(),
    execution_id: z.string(),
    organisation_id: z.string(),
    events: z.array(executionEventSchema).min(1),
    /**
     * The entry is all that is left of a finished execution in the journal, because its record is written: it says that the
     * execution has ended, so that its id starts nothing again, and nothing else (no output, no message of its error).
     */
    end_marker: z.literal(true).optional(),
  }),
  subject: (address: { organisation_id: string; execution_id: string }) =>
    `journal.${shardOf(address.execution_id)}.${address.organisation_id}.${address.execution_id}`,
  addressOf: (payload) => payload,
});
export type JournalBatch = z.output<typeof JournalEntry.schema>;

/** The subjects of one journal shard, for its stream. */
export function journalShardSubjects(shard: number): string {
  return `journal.${shard}.>`;
}
