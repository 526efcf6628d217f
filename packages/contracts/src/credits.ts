import { z } from 'zod';
import { defineSnapshot } from './message.js';
import { carried, openEnum } from './open-values.js';

/** What a call of a model was for, and what it used. */
export const modelUseSchema = carried({
  workflow_id: z.string(),
  execution_id: z.string(),
  step_path: z.string(),
  /** Of the execution. */
  label: z.string().optional(),
  provider: z.string(),
  /** Whose provider it is: what an organisation's own providers cost is charged to nobody here. */
  owner: openEnum(['installation', 'organisation']),
  model: z.string(),
  input_tokens: z.number().int().nullable(),
  output_tokens: z.number().int().nullable(),
  /** In credits; null when nobody knows the price of the model. */
  cost: z.number().int().nullable(),
});
export type ModelUse = z.output<typeof modelUseSchema>;

/** A line of the ledger of an organisation that has a balance. */
export const creditEntrySchema = carried({
  /** Counts the lines of an organisation without a gap. */
  sequence: z.number().int(),
  /** ISO 8601. */
  at: z.string(),
  type: openEnum(['usage', 'added', 'set', 'exhausted']),
  /** What was added to the balance; less than 0 for what was taken. */
  amount: z.number().int(),
  /** The balance after it. */
  balance: z.number().int(),
  note: z.string().optional(),
  usage: modelUseSchema.optional(),
  /** What subscribers get of it. */
  tells: z.array(openEnum(['low', 'exhausted'])).optional(),
});
export type CreditEntry = z.output<typeof creditEntrySchema>;

/**
 * The balance of an organisation, in the KV bucket `credits`, written by compare-and-set alone. An organisation without a balance has no record, or one that
 * is not `limited`. See docs/adr/0089-credits.md.
 */
export const CreditAccountRecord = defineSnapshot({
  name: 'credits',
  key: (address: { organisation_id: string }) => address.organisation_id,
  schema: carried({
    limited: z.boolean(),
    /** Credits, those that are reserved included. Never less than 0. */
    balance: z.number().int(),
    /** The last line of the ledger. */
    sequence: z.number().int(),
    /** Below that balance subscribers are notified that it is low. */
    low_below: z.number().int(),
    /** What was announced to them since the balance was raised. */
    told: openEnum(['nothing', 'low', 'exhausted']),
    /** What calls that are under way may cost at most, by the id of the call; `until` in milliseconds since the epoch. */
    reservations: z.array(carried({ id: z.string(), amount: z.number().int(), until: z.number() })),
    /** Calls that were charged lately, `at` in milliseconds since the epoch: the same call is not charged again. */
    charged: z.array(carried({ id: z.string(), at: z.number() })),
    /** Requests with an `Idempotency-Key` that have added to the balance lately: the same request adds nothing again. Unknown to the release before. */
    added: z.array(carried({ id: z.string(), at: z.number() })).optional(),
    /** The version of the organisation by which the balance was set last: an earlier one sets none. Unknown to the release before. */
    set_by_version: z.number().int().optional(),
    /** Lines of the ledger that may not have been sent to who keeps it. */
    untold: z.array(creditEntrySchema),
  }),
});
export type CreditAccount = z.output<typeof CreditAccountRecord.schema>;
