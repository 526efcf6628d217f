import { z } from 'zod';
import { replayPlanSchema } from '../http/restarts.js';
import { defineRequest } from '../message.js';
import { carried } from '../open-values.js';
import { executionEventSchema } from './execution-events.js';
import { triggerInfoSchema } from './triggers.js';

/* Executions that begin with what another one has done: see docs/adr/0067-retry-and-replay.md. */

/** What an execution takes over from another one of its organisation. */
export const reuseSchema = carried({
  execution_id: z.string(),
  /** The steps of the workflow whose results are taken over, in the order in which they are reached. Absent: all results there are. */
  steps: z.array(z.string()).optional(),
  /** The step run at which that execution failed: its result, and those of the loops and parallels around it, are not taken over. */
  failed_path: z.string().optional(),
});
export type Reuse = z.output<typeof reuseSchema>;

const ofExecution = { organisation_id: z.string(), execution_id: z.string() };

/**
 * What an execution that retries or replays this one is to be started with. Errors: EXECUTION_NOT_FOUND, EXECUTION_NOT_FINISHED, EXECUTION_NOT_FAILED,
 * REUSE_IMPOSSIBLE, WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, INPUT_LOST, SERVICE_UNAVAILABLE.
 */
export const PlanRestart = defineRequest({
  subject: 'history.executions.plan_restart',
  question: z.object({
    ...ofExecution,
    kind: z.enum(['retry', 'replay']),
    /** Of a replay: the version that it runs; the active one by default. */
    version: z.number().int().positive().optional(),
    from_step: z.string().optional(),
    /** Of a replay that is a test, also of a test: of which workflow, and the document that it runs in the place of the version. */
    test: z.object({ workflow_id: z.string(), document: z.string().optional() }).optional(),
    /** Without it the answer has no input. */
    with_input: z.boolean().optional(),
  }),
  answer: z.object({
    workflow_id: z.string(),
    /** That of the execution for a retry, else the one that was asked for. */
    version: z.number().int().positive(),
    /** What started the first execution of the row. */
    trigger: triggerInfoSchema,
    label: z.string().optional(),
    input: z.unknown().optional(),
    /** Absent when nothing is taken over. */
    reuse: reuseSchema.optional(),
    /** Of a replay. */
    plan: replayPlanSchema.optional(),
  }),
});

/** What `started` recorded of an execution, where another one is to evaluate as it did. */
const frozen = z.object({
  seed: z.string().optional(),
  variables: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});

/**
 * A page of the events that an execution takes over, in the order in which they were recorded, as they were; `skip` is how many there were on the
 * pages before. The first page of a retry has what the execution had frozen. Asked by executors alone. Errors: EXECUTION_NOT_FOUND, SERVICE_UNAVAILABLE.
 */
export const ReadReused = defineRequest({
  subject: 'history.executions.reused',
  question: z.object({ organisation_id: z.string(), reuse: reuseSchema, skip: z.number().int().nonnegative() }),
  answer: z.object({ frozen: frozen.optional(), events: z.array(executionEventSchema), has_more: z.boolean() }),
});
