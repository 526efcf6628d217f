import { z } from 'zod';
import { carried } from '../open-values.js';

/** What the journals of two executions say of each other, where one has started the other. */

/** The execution that a step starts: chosen before it is started, so that starting it again after a crash is starting the same one. */
export const childSchema = carried({
  execution_id: z.string(),
  workflow_id: z.string(),
  version: z.number().int(),
  /** Whether the step waits for its end; else it is done once it is started. */
  awaited: z.boolean(),
});
/** See {@link childSchema}. */
export type ChildExecution = z.output<typeof childSchema>;

/**
 * Written by the executor that finds the end of an execution which a step of this one waits for. What came of it is in the journal of that one: whoever
 * runs this one reads it there, and makes it the result of the step.
 */
export const childEnded = carried({
  type: z.literal('child_ended'),
  at: z.string(),
  path: z.string(),
  execution_id: z.string(),
});

/** What an end says for the executor that has to notify others. */
export const endLinks = {
  /** Others are to be notified of this end: its end marker keeps all of it. */
  linked: z.boolean().optional(),
  /** Executions that steps of this one had started and waited for, and of whose end it does not know: they are cancelled. */
  children: z.array(z.string()).optional(),
};
