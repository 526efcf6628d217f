import { z } from 'zod';
import { failureSchema } from '../failure.js';
import { LIMITS } from '../limits.js';
import { executionUsageSchema, stepUsageSchema } from '../step-usage.js';
import { apiSchemas } from './api-schemas.js';
import { testRequestSchema } from './test-runs.js';

/** How an execution may end: the statuses that are last, and the types of the events that end it. */
export const EXECUTION_ENDS = ['completed', 'failed', 'cancelled'] as const;
export type ExecutionEnd = (typeof EXECUTION_ENDS)[number];

/** True for a status, or a type of event, that is an end which this version knows. */
export function isExecutionEnd(name: string): name is ExecutionEnd {
  return (EXECUTION_ENDS as readonly string[]).includes(name);
}

/** What an execution is while it has not ended: `waiting` for one that is suspended. */
export const OPEN_STATUSES = ['running', 'waiting'] as const;

/** True for a status of an execution that has not ended. */
export function isOpenStatus(status: string): boolean {
  return (OPEN_STATUSES as readonly string[]).includes(status);
}

/** The states of an execution that the API shows; an accepted one that no executor has claimed yet is `running` too. */
export const executionStatusSchema = z.enum([...OPEN_STATUSES, ...EXECUTION_ENDS]);
export type ExecutionStatus = z.output<typeof executionStatusSchema>;

/** Where to find a value that is too large to be shown in an execution: the member itself is null then. `href` returns the value alone, as JSON. */
export const valueRefSchema = z
  .object({ bytes: z.number().int(), sha256: z.string(), href: z.string() })
  .register(apiSchemas, { id: 'ValueReference' });
export type ValueRef = z.output<typeof valueRefSchema>;

/** One run of a step. `path` includes the iteration (`loop[3].step`); `duration_ms` is null while it runs. */
export const stepRunSchema = z
  .object({
    step_id: z.string(),
    path: z.string(),
    type: z.string(),
    status: z.enum(['running', 'waiting', 'waiting_for_retry', 'completed', 'failed', 'skipped']),
    started_at: z.string().nullable(),
    completed_at: z.string().nullable(),
    duration_ms: z.number().nullable(),
    attempts: z.number().int(),
    output: z.unknown().optional(),
    output_ref: valueRefSchema
      .optional()
      .meta({ description: 'Only when the output is too large to be here, or the response holds as much as it may.' }),
    error: failureSchema.nullable(),
    child_execution_id: z
      .string()
      .optional()
      .meta({ description: 'Only of a `sub_workflow` step: the execution that its last attempt has started.' }),
    usage: stepUsageSchema.optional(),
    reused: z.boolean().optional().meta({
      description:
        'Only when it was not run: its result, and its times, are those of `retried_from` or `replayed_from`.',
    }),
    stand_in: z.enum(['mock', 'pin', 'rendered']).optional().meta({
      description: 'Only in a test, of a step that was not run: where the result it has instead comes from.',
    }),
    log: z.array(z.string()).optional().meta({
      description:
        'Of a `code` step what the last attempt has written to its console; of an `http` step what is remarkable about the response.',
    }),
  })
  .register(apiSchemas, { id: 'StepRun' });
export type StepRun = z.output<typeof stepRunSchema>;

/** That an execution is to be cancelled, or was. */
export const cancellationSchema = z
  .object({
    requested_at: z.string(),
    requested_by: z.string().nullable().meta({ description: 'The id of the API token; null where it is not known.' }),
    reason: z.string().nullable(),
    in_flight: z.array(z.object({ path: z.string(), type: z.string() })).meta({
      description: `Step runs whose side effects had begun when the execution ended: they may have happened, and nothing undid them. The first ${LIMITS.inFlightNamed}.`,
    }),
    in_flight_total: z.number().int(),
  })
  .register(apiSchemas, { id: 'Cancellation' });
export type Cancellation = z.output<typeof cancellationSchema>;

/** That an execution is paused. */
export const pauseSchema = z
  .object({
    paused_at: z.string(),
    paused_by: z.string().nullable().meta({ description: 'The id of the API token; null where it is not known.' }),
    reason: z.string().nullable(),
  })
  .register(apiSchemas, { id: 'Pause' });
export type ExecutionPause = z.output<typeof pauseSchema>;

/** Why somebody asks for something. */
const reason = z
  .string()
  .min(1)
  .max(LIMITS.cancelReasonCharacters)
  .optional()
  .meta({ description: 'Why, in your own words; it is kept with the execution.' });

/** Body of POST …/pause. No body at all means no reason. */
export const pauseBodySchema = z.strictObject({ reason }).default({}).register(apiSchemas, { id: 'PauseRequest' });

/** Body of POST …/cancel. No body at all means no reason. */
export const cancelBodySchema = z.strictObject({ reason }).default({}).register(apiSchemas, { id: 'CancelRequest' });

/** Body of POST …/signals/{signal_name}. No body at all is a signal without a payload. */
export const signalBodySchema = z
  .strictObject({
    payload: z
      .unknown()
      .optional()
      .meta({ description: 'What the step that waits gets as `payload`: any JSON; null without it.' }),
    signal_id: z
      .string()
      .min(1)
      .max(LIMITS.signalIdCharacters)
      .optional()
      .meta({ description: 'Your own id of the signal: one that the execution was sent before is not taken again.' }),
  })
  .default({})
  .register(apiSchemas, { id: 'SignalRequest' });

/** The step run of another execution that started this one. */
export const executionParentSchema = z
  .object({ execution_id: z.string(), step_path: z.string() })
  .register(apiSchemas, { id: 'ExecutionParent' });
export type ExecutionParent = z.output<typeof executionParentSchema>;

/** An execution as the API returns it. `id` and `execution_id` are the same. */
export const executionResourceSchema = z
  .object({
    id: z.string(),
    execution_id: z.string(),
    workflow_id: z.string(),
    workflow_version: z.number().int(),
    status: executionStatusSchema,
    trigger: z.looseObject({ type: z.string() }),
    started_at: z.string(),
    completed_at: z.string().nullable(),
    duration_ms: z.number().nullable(),
    input: z.unknown().optional(),
    input_ref: valueRefSchema.optional().meta({ description: 'Only when the input is too large to be here.' }),
    steps: z.array(stepRunSchema),
    steps_total: z
      .number()
      .int()
      .meta({ description: `All step runs there are; \`steps\` has the first ${LIMITS.stepsPerAnswer} of them.` }),
    output: z.unknown().optional(),
    output_ref: valueRefSchema.optional().meta({ description: 'Only when the output is too large to be here.' }),
    usage: executionUsageSchema.optional(),
    error: failureSchema.nullable(),
    failed_path: z.string().optional().meta({ description: 'Of one that failed at a step: the path of its run.' }),
    label: z.string().optional().meta({ description: 'The label that it was started with.' }),
    test: z.literal(true).optional().meta({ description: 'Only of one that only tries something.' }),
    retried_from: z.string().optional().meta({ description: 'Of a retry: the execution that it retries.' }),
    replayed_from: z.string().optional().meta({ description: 'Of a replay: the execution that it replays.' }),
    parent: executionParentSchema
      .optional()
      .meta({ description: 'Only of one that a `sub_workflow` step has started.' }),
    cancellation: cancellationSchema
      .optional()
      .meta({ description: 'Only when somebody has asked to cancel it: then it ends as `cancelled`.' }),
    pause: pauseSchema
      .optional()
      .meta({ description: 'Only while it is paused: it begins no step, and is `waiting` once nothing is under way.' }),
    incomplete: failureSchema.optional().meta({
      description:
        'Only when a part of the record is lost (HISTORY_INCOMPLETE): steps and values may be missing, whatever the status is.',
    }),
  })
  .register(apiSchemas, { id: 'Execution' });
export type ExecutionResource = z.output<typeof executionResourceSchema>;

/** An entry of the execution list: no payloads. */
export const executionSummarySchema = executionResourceSchema
  .omit({
    input: true,
    input_ref: true,
    steps: true,
    steps_total: true,
    output: true,
    output_ref: true,
    cancellation: true,
    pause: true,
  })
  .register(apiSchemas, { id: 'ExecutionSummary' });
export type ExecutionSummary = z.output<typeof executionSummarySchema>;

/** Newest first; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const executionListSchema = z
  .object({
    executions: z.array(executionSummarySchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'ExecutionList' });
export type ExecutionList = z.output<typeof executionListSchema>;

/** How many executions there are, as far as they are counted. */
export const executionCountSchema = z
  .object({
    count: z.int().nonnegative(),
    more: z
      .boolean()
      .meta({ description: `Whether there are more than the ${LIMITS.executionsCounted} that are counted.` }),
  })
  .register(apiSchemas, { id: 'ExecutionCount' });
export type ExecutionCount = z.output<typeof executionCountSchema>;

/** The answer of POST …/execute and of a webhook call. */
export const executionAcceptedSchema = z
  .object({
    id: z.string(),
    execution_id: z.string(),
    status: z.literal('running'),
    started_at: z.string(),
    workflow_id: z.string(),
  })
  .register(apiSchemas, { id: 'ExecutionAccepted' });
export type ExecutionAccepted = z.output<typeof executionAcceptedSchema>;

/** Body of POST …/execute. No body at all means no input. */
export const executeBodySchema = z
  .strictObject({
    input: z.unknown().optional().meta({ description: 'Any JSON value; `{{input}}` in the workflow.' }),
    version: z.number().int().positive().optional().meta({ description: 'A version other than the active one.' }),
    label: z
      .string()
      .min(1)
      .max(LIMITS.labelCharacters)
      .optional()
      .meta({ description: 'A text of your own by which the execution is found again.' }),
    test: testRequestSchema
      .optional()
      .meta({ description: 'Only try something: the execution is marked, and in no figures.' }),
  })
  .default({ input: {} })
  .register(apiSchemas, { id: 'ExecuteRequest' });

/** One value of an execution alone: any JSON. */
export const executionValueSchema = z.unknown().register(apiSchemas, { id: 'ExecutionValue' });
