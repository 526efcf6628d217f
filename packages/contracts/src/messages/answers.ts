import { z } from 'zod';
import { defineNotice } from '../message.js';
import { carried } from '../open-values.js';

/** What a `respond` step responds with: its output. */
export const stepResponseSchema = carried({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown().optional(),
});
export type StepResponse = z.output<typeof stepResponseSchema>;

/**
 * Sent by the executor, of an execution somebody waits for, when that is durable in the journal: the first response of a `respond` step, and the end.
 * Each gateway gets all. Who misses one learns of it from history, or when the time is over.
 */
export const ExecutionAnswered = defineNotice({
  name: 'ExecutionAnswered',
  pattern: 'answers.*.*',
  schema: carried({
    execution_id: z.string(),
    organisation_id: z.string(),
    response: stepResponseSchema.optional(),
    ended: z.boolean().optional(),
  }),
  subject: ({ organisation_id, execution_id }: { organisation_id: string; execution_id: string }) =>
    `answers.${organisation_id}.${execution_id}`,
  addressOf: (payload) => payload,
});
export type AnsweredExecution = z.output<typeof ExecutionAnswered.schema>;

/** The execution that a notice of {@link ExecutionAnswered} is about, by its subject. */
export function executionOfAnswer(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
