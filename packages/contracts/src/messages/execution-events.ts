import { z } from 'zod';
import { isExecutionEnd, type ExecutionEnd } from '../http/executions.js';
import { stepUsageSchema } from '../step-usage.js';
import { carried, openEnum, openUnion, type Unrecognised } from '../open-values.js';
import { approvalDecided, approvalMailed, approvalReminded } from './approval-events.js';
import { at, by, error, generation, path } from './event-parts.js';
import { childEnded, childSchema, endLinks } from './linked-executions.js';
import { testRunSchema } from './test-runs.js';
import { triggerInfoSchema } from './triggers.js';

/** What an attempt of a step has used of a model; of calls whose answer said nothing, or never came, nothing is known. */
const usage = carried(stepUsageSchema.shape).optional();

/** What the step was not run for, in an execution that only tries something: a result that was given, or its rendered config alone. */
const stand_in = openEnum(['mock', 'pin', 'rendered']).optional();

/** What the code of an attempt has written to its console, masked; absent when there is nothing. */
const log = z.array(z.string()).optional();

/** Taken over from the execution that this one retries or replays: nothing of it was done again. Times are those of that execution. */
const reused = z.boolean().optional();

const started = carried({
  type: z.literal('started'),
  at,
  workflow_id: z.string(),
  version: z.number().int(),
  accepted_at: z.string(),
  trigger: triggerInfoSchema,
  input: z.unknown().optional(),
  request_id: z.string().optional(),
  /** The trace that the execution belongs to, as the request to run says; for who wakes it. */
  traceparent: z.string().optional(),
  /** What the caller named it. */
  label: z.string().optional(),
  /** Somebody waits for a response or the end, as the request to run says; for who wakes the execution. */
  awaited: z.boolean().optional(),
  /**
   * At least 122 random bits, as text: what random numbers and `uuid()` are derived from. Never leaves the platform, or they
   * could be guessed. Absent in journals before 0.2: they derive them from the execution's id.
   */
  seed: z.string().optional(),
  /** Variables of the organisation as they were then: those that the version names, or all. Absent without any. */
  variables: z.record(z.string(), z.unknown()).optional(),
  /** What `env` had then, in the same way. */
  env: z.record(z.string(), z.string()).optional(),
  /** How it differs from others, of one that only tries something. */
  test: testRunSchema.optional(),
});

/**
 * Another executor took over after a crash or a wake-up; `delivery` counts from 1. With `handed_over` the opposite: this
 * run ends here, in order and without the execution's fault (a shutdown, a store that refused). A run that says neither
 * that nor an end was lost; `LIMITS.executionLostRuns` bounds those.
 */
const resumed = carried({
  type: z.literal('resumed'),
  at,
  delivery: z.number().int(),
  handed_over: z.boolean().optional(),
  /** Such events in a row, this one included: counts the executors that died while reading what is before it. Absent before 0.2. */
  claims: z.number().int().optional(),
});

/** The intent before a side effect: the step may have reached the outside from here on. */
const stepStarted = carried({
  type: z.literal('step_started'),
  at,
  path,
  step_type: z.string(),
  attempt: z.number().int(),
  reused,
  /** Of a loop or parallel that is reused: as of when it is evaluated. `at` by default. */
  as_of: z.string().optional(),
});

/**
 * The attempt is about to do what it must not do again by itself, and whose outcome it cannot ask for: durable before it does. Until more
 * is recorded of the attempt nobody knows whether that has happened; `error` is what it fails of when its run is lost. A version that does not know
 * this makes the attempt again.
 */
const stepInDoubt = carried({
  type: z.literal('step_in_doubt'),
  at,
  path,
  step_type: z.string(),
  attempt: z.number().int(),
  error,
});

const stepCompleted = carried({
  type: z.literal('step_completed'),
  at,
  path,
  step_type: z.string(),
  started_at: z.string(),
  attempt: z.number().int(),
  /** With `sealed`: what is shown in its place. */
  output: z.unknown().optional(),
  /** The output as JSON, sealed: opened by executors only. */
  sealed: z.string().optional(),
  /** The signal that a wait has ended with: no other wait gets it. */
  signal_id: z.string().optional(),
  usage,
  log,
  reused,
  stand_in,
});

/** An attempt failed. `retry_at` is when the next one starts; without it the failure is the step's result. */
const stepFailed = carried({
  type: z.literal('step_failed'),
  at,
  path,
  step_type: z.string(),
  started_at: z.string(),
  attempt: z.number().int(),
  error,
  retry_at: z.string().optional(),
  usage,
  log,
  reused,
  stand_in,
});

const stepSkipped = carried({ type: z.literal('step_skipped'), at, path, step_type: z.string(), reused });

/**
 * Written by the executor when a step begins a wait over which the execution may be suspended; others may still run beside it.
 * A replay leaves the step waiting and evaluates nothing of it again: what it needs later is in `frozen`. Other readers show
 * the step as waiting. A version that does not know suspension starts the step again, which must be harmless.
 */
const stepWaiting = carried({
  type: z.literal('step_waiting'),
  at,
  path,
  step_type: z.string(),
  started_at: z.string(),
  attempt: z.number().int(),
  waits_for: openEnum(['time', 'approval', 'signal', 'sub_workflow', 'retry']),
  /** When it ends at the latest; absent for a wait without an end. */
  until: z.string().optional(),
  frozen: z.unknown().optional(),
  /** The execution that the step starts. */
  child: childSchema.optional(),
  /** Those that the tools of a model are, of a step that waits for all of them. */
  children: z.array(childSchema).optional(),
});

/**
 * Written by the executor when every open step waits: its run ends here, in order. Nobody has the execution then, until a timer or
 * the service that has what it waits for publishes the `RunRequested` of the next generation. Readers show it as waiting.
 */
const suspended = carried({
  type: z.literal('suspended'),
  at,
  /** When it is to be woken at the latest: at the first end of a wait or a time-out. Absent when only others can wake it. */
  until: z.string().optional(),
  /** Other executions are to be notified of its end, which an executor does: who cancels it wakes it. */
  linked: z.boolean().optional(),
});

/**
 * Written by the executor that takes a suspended execution up again: the run of this generation begins. It says that the run
 * before ended in order, so that it does not count as lost. Readers show the execution as running.
 */
const woken = carried({
  type: z.literal('woken'),
  at,
  generation,
  cause: openEnum(['time', 'approval', 'signal', 'sub_workflow', 'retry', 'cancel', 'unpause']).optional(),
  path: path.optional(),
});

/** Written by the service that takes the signal. A replay gives it to a step that waits for one of that name, in the order they came. */
const signalReceived = carried({
  type: z.literal('signal_received'),
  at,
  signal: z.string().optional(),
  /** Distinguishes a repeated signal from another one. */
  signal_id: z.string().optional(),
  path: path.optional(),
  by,
  data: z.unknown().optional(),
});

/**
 * Written by the service that is asked to cancel. Who runs the execution ends it with `cancelled`; until then readers see it running.
 * What that run recorded before it learnt of the request may follow it. Nobody runs a suspended execution: then `cancelled` follows in the same entry.
 */
const cancelRequested = carried({ type: z.literal('cancel_requested'), at, by, reason: z.string().optional() });

/** Written by the service that is asked to pause. The executor starts no step any more and suspends; readers show it as waiting. */
const paused = carried({ type: z.literal('paused'), at, by, reason: z.string().optional() });

/** Written by the service that is asked to resume. It takes back `paused`. */
const unpaused = carried({ type: z.literal('unpaused'), at, by });

const completed = carried({ type: z.literal('completed'), at, output: z.unknown().optional(), ...endLinks });
const failed = carried({ type: z.literal('failed'), at, error, path: path.optional(), ...endLinks });

/** A side effect that had begun, and of which nothing more is known. */
const inFlight = carried({ path, step_type: z.string() });

const cancelled = carried({
  type: z.literal('cancelled'),
  at,
  reason: z.string().optional(),
  by,
  /** What could not be undone, because it was under way: the first `LIMITS.inFlightNamed`. Absent when nothing was. */
  in_flight: z.array(inFlight).optional(),
  /** All of them. */
  in_flight_total: z.number().int().optional(),
  ...endLinks,
});

/** The kinds that this version knows. Some are declared ahead of their first use, so that no reader is surprised by them. */
export const EXECUTION_EVENTS = [
  started,
  resumed,
  stepStarted,
  stepInDoubt,
  stepCompleted,
  stepFailed,
  stepSkipped,
  stepWaiting,
  suspended,
  woken,
  approvalDecided,
  approvalReminded,
  approvalMailed,
  signalReceived,
  childEnded,
  cancelRequested,
  paused,
  unpaused,
  completed,
  failed,
  cancelled,
] as const;

/** An event of a kind that only newer versions know: it is kept and means nothing here. */
export type UnknownEvent = { type: Unrecognised; at: string };

/** One thing that happened in an execution. The events of an execution, in order, are the truth about it. Times are ISO 8601. */
export type ExecutionEvent = z.output<(typeof EXECUTION_EVENTS)[number]> | UnknownEvent;

/** The event that ends an execution: one of these, and nothing after it counts. */
export type EndEvent = Extract<ExecutionEvent, { type: ExecutionEnd }>;

/** What others than the run write into the journal of an execution that runs: it goes on behind them, and is to heed them. */
const ASIDES: readonly string[] = [
  'approval_decided',
  'signal_received',
  'child_ended',
  'cancel_requested',
  'paused',
  'unpaused',
] satisfies (typeof EXECUTION_EVENTS)[number]['shape']['type']['value'][];

/** True for an event that takes an execution from nobody who runs it. */
export function isAside({ type }: Pick<ExecutionEvent, 'type'>): boolean {
  return ASIDES.includes(type);
}

/** True for the event that ends an execution. */
export function isEnd(event: ExecutionEvent): event is EndEvent {
  return isExecutionEnd(event.type);
}
export const executionEventSchema: z.ZodType<ExecutionEvent> = openUnion(EXECUTION_EVENTS, { at });
