import { z } from 'zod';
import { defineRequest } from '../message.js';
import {
  executionCountSchema,
  executionListSchema,
  executionResourceSchema,
  executionStatusSchema,
} from '../http/executions.js';
import {
  journalPageSchema,
  loopSummarySchema,
  stepRunDetailSchema,
  stepRunListSchema,
  stepStatusSchema,
} from '../http/step-runs.js';
import { lastExecutionSchema } from '../http/workflows.js';
import { openEnum } from '../open-values.js';
import { page } from './question-parts.js';

/* A history that is asked for a status that it does not know has none. */
const statuses = openEnum(executionStatusSchema.options) as unknown as typeof executionStatusSchema;

/** One execution, whether finished, running or only accepted. Errors: EXECUTION_NOT_FOUND (also for others' ids and a wrong workflow). */
export const GetExecution = defineRequest({
  subject: 'history.executions.get',
  question: z.object({
    organisation_id: z.string(),
    execution_id: z.string(),
    workflow_id: z.string().optional(),
    /** `none`: without step runs. A history of an earlier version replies with them. */
    steps: z.literal('none').optional(),
  }),
  answer: executionResourceSchema,
});

/**
 * Cancels an execution, whoever runs it; returns it as it is then: cancelled when nobody runs it, else with what was asked. Asking again changes nothing.
 * Errors: EXECUTION_NOT_FOUND, EXECUTION_FINISHED, INPUT_LOST, SERVICE_UNAVAILABLE.
 */
export const CancelExecution = defineRequest({
  subject: 'history.executions.cancel',
  question: z.object({
    organisation_id: z.string(),
    execution_id: z.string(),
    /** The id of the token that the call was made with. */
    by: z.string().optional(),
    reason: z.string().optional(),
    /** `none`: without step runs, for who only wants it to end. A history of an earlier version replies with them. */
    steps: z.literal('none').optional(),
  }),
  answer: executionResourceSchema,
});

/**
 * Sends a signal to an execution, whoever runs it; returns the execution once its journal has it. One with an id that it has already changes nothing.
 * Errors: EXECUTION_NOT_FOUND, EXECUTION_FINISHED, SIGNALS_FULL, INPUT_LOST, STORAGE_FULL, SERVICE_UNAVAILABLE.
 */
export const SignalExecution = defineRequest({
  subject: 'history.executions.signal',
  question: z.object({
    organisation_id: z.string(),
    execution_id: z.string(),
    signal_name: z.string(),
    /** Distinguishes a repetition from another one of the same name. */
    signal_id: z.string(),
    payload: z.unknown().optional(),
    by: z.string().optional(),
  }),
  answer: executionResourceSchema,
});

const toldTo = z.object({
  organisation_id: z.string(),
  execution_id: z.string(),
  /** The id of the token that the call was made with. */
  by: z.string().optional(),
  reason: z.string().optional(),
});

/**
 * Pauses an execution that has begun; returns it as it is then. Asking again changes nothing. Errors: EXECUTION_NOT_FOUND, EXECUTION_FINISHED,
 * QUOTA_EXCEEDED (it was paused too often), SERVICE_UNAVAILABLE, also while no executor has begun it.
 */
export const PauseExecution = defineRequest({
  subject: 'history.executions.pause',
  question: toldTo,
  answer: executionResourceSchema,
});

/** Lets a paused execution go on, and wakes it; of one that is not paused it changes nothing. Errors as {@link PauseExecution}. */
export const ResumeExecution = defineRequest({
  subject: 'history.executions.resume',
  question: toldTo.omit({ reason: true }),
  answer: executionResourceSchema,
});

/** Bytes of a value as a request names them: from `first` to `last`, to the end without it, or the last `suffix` ones. */
const byteRange = z.object({
  first: z.number().int().nonnegative().optional(),
  last: z.number().int().nonnegative().optional(),
  suffix: z.number().int().nonnegative().optional(),
});
export type ByteRange = z.output<typeof byteRange>;

/**
 * One value of an execution as JSON text: its input, its output, or the output of the step run at `path`.
 * With `range` the reply has only those bytes, as `part`, and `json` is empty; a history of an earlier version replies with
 * the whole, as this one does where that is shorter.
 * Errors: EXECUTION_NOT_FOUND; also when there is no such step run, or the value is not there (yet).
 */
export const GetExecutionValue = defineRequest({
  subject: 'history.executions.value',
  question: z.object({
    organisation_id: z.string(),
    execution_id: z.string(),
    value: z.enum(['input', 'output', 'step_output']),
    path: z.string().optional(),
    range: byteRange.optional(),
  }),
  answer: z.object({
    json: z.string(),
    /** `base64` is empty when the value ends before the range; `start` is where it begins. Sizes in bytes. */
    part: z.object({ total: z.number().int(), start: z.number().int(), base64: z.string() }).optional(),
  }),
});

/** Which executions: all of it must hold. `q` is the beginning of an id or of a label; `from` and `to` are ISO times. */
const filters = {
  organisation_id: z.string(),
  workflow_id: z.string().optional(),
  /** One status. Earlier versions of history know no `statuses`. */
  status: statuses.optional(),
  /** Any of several. */
  statuses: z.array(statuses).optional(),
  version: z.number().int().optional(),
  trigger_type: z.string().optional(),
  parent_execution_id: z.string().optional(),
  test: z.enum(['true', 'false']).optional(),
  error_code: z.string().optional(),
  label: z.string().optional(),
  q: z.string().optional(),
  min_ms: z.number().int().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
};

/** Executions, newest first, by cursor (`starting_after` is an execution id). */
export const ListExecutions = defineRequest({
  subject: 'history.executions.list',
  question: z.object({ ...filters, ...page }),
  answer: executionListSchema,
});

/** How many executions there are, counted as far as `LIMITS.executionsCounted`. */
export const CountMatchingExecutions = defineRequest({
  subject: 'history.executions.count_matching',
  question: z.object(filters),
  answer: executionCountSchema,
});

/** The ids of executions, those that were accepted first at first; of more than `limit` the newest ones. */
export const MatchExecutions = defineRequest({
  subject: 'history.executions.match',
  question: z.object({ ...filters, limit: z.number().int().positive() }),
  answer: z.object({ execution_ids: z.array(z.string()) }),
});

const ofExecution = { organisation_id: z.string(), execution_id: z.string() };

/** Step runs of an execution, page by page; `parent`: those directly inside of that loop or parallel. Errors: EXECUTION_NOT_FOUND. */
export const ListStepRuns = defineRequest({
  subject: 'history.executions.steps',
  question: z.object({
    ...ofExecution,
    parent: z.string().optional(),
    statuses: z.array(openEnum(stepStatusSchema.options)).optional(),
    from_index: z.number().int().nonnegative().optional(),
    limit: z.number().int().positive(),
    starting_after: z.string().optional(),
  }),
  answer: stepRunListSchema,
});

/** One step run with its attempts. Errors: EXECUTION_NOT_FOUND, also when no step run with that path has begun. */
export const GetStepRun = defineRequest({
  subject: 'history.executions.step',
  question: z.object({ ...ofExecution, path: z.string() }),
  answer: stepRunDetailSchema,
});

/** What a page shows of a loop. Errors: EXECUTION_NOT_FOUND, also when no loop with that path has begun. */
export const GetLoopSummary = defineRequest({
  subject: 'history.executions.loop',
  question: z.object({ ...ofExecution, path: z.string() }),
  answer: loopSummarySchema,
});

/** The events of an execution as they are recorded, page by page, without what nobody may see. Errors: EXECUTION_NOT_FOUND. */
export const ReadJournal = defineRequest({
  subject: 'history.executions.journal',
  question: z.object({ ...ofExecution, ...page }),
  answer: journalPageSchema,
});

/**
 * How many executions each workflow has had; unknown ids count 0. For `execution_count` of the workflows API. With `with_last` also
 * the last one of each, where its record is there; a history of an earlier version gives none.
 */
export const CountExecutions = defineRequest({
  subject: 'history.executions.count',
  question: z.object({
    organisation_id: z.string(),
    workflow_ids: z.array(z.string()).max(100),
    with_last: z.boolean().optional(),
  }),
  answer: z.object({
    counts: z.record(z.string(), z.number().int()),
    last: z.record(z.string(), lastExecutionSchema).optional(),
  }),
});
