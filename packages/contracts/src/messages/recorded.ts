import { z } from 'zod';
import { defineRequest } from '../message.js';
import { executionEventSchema } from './execution-events.js';
import { suspensionSchema } from './journal.js';

/* What the database has of executions whose journal has aged out: see docs/adr/0084-waits-outlive-the-journal.md. */

const ofExecution = { organisation_id: z.string(), execution_id: z.string() };

/**
 * How far an execution is by its record, for who finds nothing of it in the journal. Asked by executors. Errors: EXECUTION_NOT_FOUND, SERVICE_UNAVAILABLE, also while the database
 * is away: that nothing is found is to be believed.
 */
export const ReadRecordedState = defineRequest({
  subject: 'history.executions.recorded_state',
  question: z.object(ofExecution),
  answer: z.object({
    /** The event it began with. Absent when that is lost. */
    started: executionEventSchema.optional(),
    /** The last entry as the journal would have it, with no more than its last event. */
    latest: z.object({
      events: z.array(executionEventSchema).min(1),
      generation: z.number().int().positive().optional(),
      suspended: suspensionSchema.optional(),
      claims: z.number().int().positive().optional(),
    }),
    /** Entries of it were given up: nobody may go on from what is left. */
    incomplete: z.boolean(),
  }),
});
export type RecordedState = z.output<typeof ReadRecordedState.answer>;

/**
 * A page of the recorded entries of an execution that come after one sequence of the journal, and before another, in their order. Asked by executors. Errors: EXECUTION_NOT_FOUND,
 * SERVICE_UNAVAILABLE.
 */
export const ReadRecorded = defineRequest({
  subject: 'history.executions.recorded',
  question: z.object({
    ...ofExecution,
    after: z.number().int().nonnegative(),
    before: z.number().int().positive().optional(),
  }),
  answer: z.object({
    entries: z.array(z.object({ sequence: z.number().int().positive(), events: z.array(executionEventSchema) })),
    has_more: z.boolean(),
  }),
});
