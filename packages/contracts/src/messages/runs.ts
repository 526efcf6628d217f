import { z } from 'zod';
import { defineMessage, STREAMS } from '../message.js';
import { laneOf } from '../partitions.js';

/** What started an execution. `webhook` also tells the request's method, headers (lower case, credentials removed), query and path. */
export const triggerInfoSchema = z.object({
  type: z.enum(['api', 'webhook', 'schedule', 'email', 'workflow']),
  webhook_id: z.string().optional(),
  method: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
});
export type TriggerInfo = z.output<typeof triggerInfoSchema>;

/**
 * Start (generation 0) or wake (generation > 0) one execution. Its PubAck is the acceptance: from then on it is not lost.
 * Sent by the gateway, the webhook dispatcher and whoever wakes a waiting execution; taken by the executor.
 */
export const RunRequested = defineMessage({
  name: 'RunRequested',
  stream: STREAMS.runs,
  pattern: 'runs.*.*.*',
  schema: z.object({
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
  }),
  subject: (address: { organisation_id: string; execution_id: string }) =>
    `runs.${laneOf(address.organisation_id)}.${address.organisation_id}.${address.execution_id}`,
  addressOf: (payload) => payload,
  messageId: (payload) => `${payload.execution_id}:${payload.generation}`,
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
