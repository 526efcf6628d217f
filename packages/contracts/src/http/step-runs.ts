import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { stepRunSchema } from './executions.js';

/** The states of a step run that the API shows. */
export const stepStatusSchema = stepRunSchema.shape.status;
export type StepStatus = z.output<typeof stepStatusSchema>;

const incomplete = failureSchema.optional().meta({
  description: 'Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here.',
});

/** In the order of their starts; those directly inside of a loop by iteration first. `next_cursor` goes into `starting_after` of the next call. */
export const stepRunListSchema = z
  .object({
    steps: z.array(stepRunSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
    incomplete,
  })
  .register(apiSchemas, { id: 'StepRunList' });
export type StepRunList = z.output<typeof stepRunListSchema>;

/** One attempt of a step. An attempt that was begun again after a crash is one. */
const stepAttemptSchema = z
  .object({
    n: z.int().positive(),
    started_at: z.string(),
    completed_at: z.string().nullable(),
    error: failureSchema.nullable(),
  })
  .register(apiSchemas, { id: 'StepAttempt' });

/** One step run with all that is known of it. */
export const stepRunDetailSchema = stepRunSchema
  .extend({
    attempt_log: z
      .array(stepAttemptSchema)
      .meta({ description: 'The attempts in their order; a step that was skipped has none.' }),
    input: z.unknown().optional().meta({
      description:
        'The config of the step as it was when its last attempt began, worked out from what is recorded. What is secret is `••••`. Null when it is not known.',
    }),
    input_error: failureSchema.optional().meta({ description: 'Why the input is not known.' }),
    incomplete,
  })
  .register(apiSchemas, { id: 'StepRunDetail' });
export type StepRunDetail = z.output<typeof stepRunDetailSchema>;

const count = z.int().nonnegative();

/** What a page shows of a loop, however many iterations it has. */
export const loopSummarySchema = z
  .object({
    path: z.string(),
    status: stepStatusSchema.nullable().meta({ description: 'Of the loop itself; null while the record does not name it yet.' }), // prettier-ignore
    items: count.nullable().meta({ description: 'How many items it has; null until it is completed.' }),
    iterations: count.meta({ description: 'How many iterations have begun.' }),
    counts: z
      .object({
        running: count,
        waiting: count,
        waiting_for_retry: count,
        completed: count,
        failed: count,
        skipped: count,
      })
      .meta({
        description:
          'Iterations by status. An iteration has the worst status of its steps: failed, waiting for a retry, running, waiting, completed, skipped.',
      }),
    cells: z
      .array(z.object({ first: count, last: count, status: stepStatusSchema }))
      .max(LIMITS.loopCells)
      .meta({ description: 'The iterations in equal parts, each with the worst status in it.' }),
    failed: z
      .object({ indexes: z.array(count).max(LIMITS.loopFailedIndexes), more: z.boolean() })
      .meta({ description: 'Which iterations failed: the first of them.' }),
    slowest: z
      .array(z.object({ index: count, status: stepStatusSchema, duration_ms: count }))
      .max(LIMITS.loopSlowest)
      .meta({
        description: 'Iterations whose steps have ended, slowest first; from the start of the first to the end of the last.',
      }), // prettier-ignore
    incomplete,
  })
  .register(apiSchemas, { id: 'LoopSummary' });
export type LoopSummary = z.output<typeof loopSummarySchema>;

/**
 * The events of an execution as they are recorded. Members depend on the type. What is sealed, secret or of no use outside is `••••`;
 * of a large value there is a reference.
 */
export const journalEventSchema = z
  .looseObject({
    id: z.string().meta({ description: 'The same as in the stream of the events of the execution.' }),
    type: z.string(),
    at: z.string(),
  })
  .register(apiSchemas, { id: 'JournalEvent' });
export type JournalEvent = z.output<typeof journalEventSchema>;

/** In the order in which they happened. `next_cursor` goes into `starting_after` of the next call. */
export const journalPageSchema = z
  .object({
    events: z.array(journalEventSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
    incomplete,
  })
  .register(apiSchemas, { id: 'JournalPage' });
export type JournalPage = z.output<typeof journalPageSchema>;
