import { z } from 'zod';
import { defineSnapshot } from './message.js';
import { carried } from './open-values.js';

/** Those that share a limit: the executions of a workflow, or those of them whose `key` is the same. */
export interface SlotGroup {
  readonly organisation_id: string;
  readonly workflow_id: string;
  /** A hash of the key. */
  readonly group: string;
}

/** Who of a group runs, and who waits for that, the first one first: ids of executions. In the KV bucket `slots`, written by compare-and-set. */
export const SlotsRecord = defineSnapshot({
  name: 'slots',
  key: ({ organisation_id, workflow_id, group }: SlotGroup) => `${organisation_id}.${workflow_id}.${group}`,
  schema: carried({
    running: z.array(carried({ id: z.string(), untold: z.boolean().optional(), cancelled: z.boolean().optional() })),
    waiting: z.array(z.string()),
  }),
});
