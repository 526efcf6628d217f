import { z } from 'zod';
import { defineMessage, STREAMS } from '../message.js';
import { carried } from '../open-values.js';
import { triggerInfoSchema } from './triggers.js';

interface Address {
  readonly organisation_id: string;
  readonly execution_id: string;
  readonly generation: number;
}

function keyOf({ organisation_id, execution_id, generation }: Address): string {
  return `executions.${organisation_id}.${execution_id}.${generation}`;
}

/**
 * The time has come that a suspended execution waits for. The executor that suspends it sets this as a timer; the server
 * stores it when it is due; whichever executor takes it then publishes the `RunRequested` that it holds, without the input:
 * that is in the journal. There is one timer for each generation, so that one that is set late replaces none that counts.
 */
export const ExecutionDue = defineMessage({
  name: 'ExecutionDue',
  stream: STREAMS.timers,
  pattern: 'timer.fire.executions.*.*.*',
  schema: carried({
    execution_id: z.string(),
    organisation_id: z.string(),
    workflow_id: z.string(),
    version: z.number().int().positive(),
    /** Of the run that it wakes: one more than that of the run that suspended the execution. */
    generation: z.number().int().positive(),
    accepted_at: z.string(),
    trigger: triggerInfoSchema,
    request_id: z.string().optional(),
    /** As in `RunRequested`. */
    traceparent: z.string().optional(),
    awaited: z.boolean().optional(),
  }),
  subject: (address: Address) => `timer.fire.${keyOf(address)}`,
  addressOf: (payload) => payload,
  timerSubject: (address) => `timer.set.${keyOf(address)}`,
});
export type DueExecution = z.output<typeof ExecutionDue.schema>;
