import { SERVED_TRIGGER_TYPES } from '@millrace/schema';
import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { openEnum } from '../open-values.js';
import { apiSchemas } from './api-schemas.js';
import { mailboxHealthSchema } from './mailboxes.js';

/** In the order of lists. */
const LISTED_TYPES = [...SERVED_TRIGGER_TYPES].sort();

/** A trigger of a workflow, and whether it is listening. Times are ISO 8601 in UTC. */
export const triggerResourceSchema = z
  .object({
    id: z.string(),
    workflow_id: z.string(),
    workflow_name: z.string(),
    type: z.enum(LISTED_TYPES),
    index: z.number().int().meta({ description: 'Its place among the triggers of its type in the workflow, from 0.' }),
    status: z.enum(['listening', 'starting', 'paused', 'ended', 'unhealthy', 'unknown']).meta({
      description:
        '`listening`: it starts executions. `starting`: its mailbox has not been looked at yet. `paused`: it, or its workflow, is paused or a draft. `ended`: no time is left of its schedule. `unhealthy`: it should be listening and cannot. `unknown`: the service that would know does not respond. `reason` says why it is none of the first.',
    }),
    reason: z.string().nullable(),
    next_run_at: z.string().nullable().meta({ description: 'Of a schedule that is listening.' }),
    last_run_at: z.string().nullable().meta({
      description:
        'The last nominal time of the schedule, the last call of the address (refused ones too; as far as the list of calls goes back), or when a message of its mailbox was last dealt with.',
    }),
    webhook: z
      .object({ id: z.string(), url: z.string(), method: z.string() })
      .nullable()
      .meta({ description: 'Of a webhook.' }),
    email: z
      .object({
        address: z.string(),
        mailbox_ids: z.array(z.string()).meta({ description: 'The mailboxes that receive mail to the address.' }),
        health: mailboxHealthSchema.nullable().meta({ description: 'Of the mailbox that is worst.' }),
      })
      .nullable()
      .meta({ description: 'Of an e-mail trigger.' }),
  })
  .register(apiSchemas, { id: 'TriggerState' });
export type TriggerResource = z.output<typeof triggerResourceSchema>;

/** By workflow, type and index; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const triggerListSchema = z
  .object({
    triggers: z.array(triggerResourceSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'TriggerList' });
export type TriggerList = z.output<typeof triggerListSchema>;

/** The query of the list. */
export const triggerListQuery = z.object({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .regex(
      new RegExp(`^wf_[0-9a-z]{26}\\.(?:${LISTED_TYPES.join('|')})\\.\\d{1,2}$`),
      'starting_after must be the id of a trigger, the next_cursor of the page before',
    )
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});

/** A trigger as the owner of workflows knows it. */
export const storedTriggerSchema = z.object({
  workflow_id: z.string(),
  workflow_name: z.string(),
  /** Whether its workflow may be started by it. */
  workflow_status: z.string(),
  type: openEnum(LISTED_TYPES),
  index: z.number().int(),
  webhook: z.object({ id: z.string(), url: z.string(), method: z.string() }).nullable(),
  email: z.object({ address: z.string(), mailbox_ids: z.array(z.string()) }).nullable(),
});
export type StoredTrigger = z.output<typeof storedTriggerSchema>;

/** What only triggers of some types have, of one that has none of it. */
export const NO_TRIGGER_DETAILS = { webhook: null, email: null } as const satisfies Partial<StoredTrigger>;
