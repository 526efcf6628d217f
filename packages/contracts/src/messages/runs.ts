import { z } from 'zod';
import { defineMessage, STREAMS } from '../message.js';
import { carried } from '../open-values.js';
import { laneFor, NO_OWN_LANES, type OwnLanes } from '../lanes.js';
import { reuseSchema } from './restarts.js';
import { testRunSchema } from './test-runs.js';
import { triggerInfoSchema } from './triggers.js';

interface Address {
  readonly organisation_id: string;
  readonly execution_id: string;
}

function subjectIn({ organisation_id, execution_id }: Address, own: OwnLanes, isBurst = false): string {
  return `runs.${laneFor(organisation_id, own, isBurst)}.${organisation_id}.${execution_id}`;
}

/**
 * Start (generation 0) or wake (generation > 0) one execution. Its PubAck is the acceptance: from then on it is not lost.
 * Sent by whatever starts an execution, and by what wakes a suspended one (ARCHITECTURE.md says which services); taken by the executor.
 */
export const RunRequested = defineMessage({
  name: 'RunRequested',
  stream: STREAMS.runs,
  pattern: 'runs.*.*.*',
  schema: carried({
    execution_id: z.string(),
    organisation_id: z.string(),
    workflow_id: z.string(),
    version: z.number().int().positive(),
    generation: z.number().int().nonnegative(),
    /** ISO 8601 with milliseconds; `started_at` of the execution. */
    accepted_at: z.string(),
    trigger: triggerInfoSchema,
    input: z.unknown().optional(),
    request_id: z.string().optional(),
    /** The trace that it belongs to, as W3C Trace Context writes it, where traces are followed. */
    traceparent: z.string().optional(),
    label: z.string().optional(),
    /** Somebody waits for a response or the end of the execution: the executor notifies them with `ExecutionAnswered`. */
    awaited: z.boolean().optional(),
    /** It begins with results of another execution, which the executor gets from history. */
    reuse: reuseSchema.optional(),
    /** Of one whose trigger is a test. */
    test: testRunSchema.optional(),
  }),
  subject: (address: Address) => subjectIn(address, NO_OWN_LANES),
  lanes: {
    subject: subjectIn,
    anySubject: ({ organisation_id, execution_id }) => `runs.*.${organisation_id}.${execution_id}`,
    ownerOf: ({ organisation_id }) => organisation_id,
  },
  addressOf: (payload) => payload,
  messageId: (payload) => `${payload.execution_id}:${payload.generation}`,
  outline: ({ input: _large, test: _larger, ...rest }) => rest,
});
export type RunRequest = z.output<typeof RunRequested.schema>;

/** The subjects of one lane, for its consumer. */
export function runLaneSubjects(lane: number): string {
  return `runs.${lane}.>`;
}

/** The organisation of a `RunRequested`, by its subject. */
export function organisationOfRun(subject: string): string {
  return subject.split('.', 3)[2] ?? '';
}
