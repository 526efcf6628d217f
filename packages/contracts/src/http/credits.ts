import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { timeParameter } from './query-parameters.js';

const nullableText = z.string().nullable();
const tokens = z.number().int().nullable();

/** A line of the ledger. Times are ISO 8601 in UTC. */
const lineSchema = z
  .object({
    sequence: z.number().int().meta({ description: 'Counts the lines of the organisation without a gap.' }),
    at: z.string(),
    type: z.string().meta({
      description:
        '`usage`: a model was called. `added`, `set`: the operator has changed the balance. `exhausted`: from here on steps were refused. Later releases may know more.',
    }),
    amount: z.number().int().meta({ description: 'What was added to the balance; less than 0 for what was taken.' }),
    balance: z.number().int().meta({ description: 'The balance after it.' }),
    note: nullableText,
    workflow_id: nullableText,
    execution_id: nullableText,
    step_path: nullableText,
    provider: nullableText,
    model: nullableText,
    input_tokens: tokens,
    output_tokens: tokens,
  })
  .register(apiSchemas, { id: 'CreditLedgerLine' });
export type CreditLedgerLine = z.output<typeof lineSchema>;

const amount = z.number().int().nullable();

/** The balance of an organisation, and a page of its ledger. All amounts are credits: a million of them are a US dollar. */
export const creditsSchema = z
  .object({
    limited: z.boolean().meta({ description: 'Whether it has a balance. Without one it may spend what it likes.' }),
    balance: amount.meta({ description: 'Null without a balance, as all that follows.' }),
    reserved: amount.meta({ description: 'How much of it is held back for calls that are under way.' }),
    available: amount.meta({ description: 'What is left for others.' }),
    low_below: amount.meta({ description: 'Below that balance the event `credits.low` is sent.' }),
    ledger: z.array(lineSchema).meta({ description: 'Newest first; a second or two late.' }),
    next_cursor: nullableText,
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'Credits' });
export type Credits = z.output<typeof creditsSchema>;

/** The query of the balance. */
export const creditsQuery = z.object({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/, 'starting_after must be the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});

/** By what usage may be told apart. */
export const creditUsageGroupSchema = z.enum(['day', 'workflow', 'model', 'label']);
export type CreditUsageGroup = z.output<typeof creditUsageGroupSchema>;

const figures = {
  calls: z.number().int().meta({ description: 'Calls of models, those included that were no use.' }),
  input_tokens: z.number().int(),
  output_tokens: z.number().int(),
  cost: z.number().int().meta({ description: 'In credits, by the prices that were known when it was used.' }),
  charged: z.number().int().meta({ description: 'What was taken from the balance for it.' }),
  unpriced_calls: z
    .number()
    .int()
    .meta({ description: 'Calls of models whose price nobody knows: `cost` has nothing of them.' }),
};
const figuresSchema = z.object(figures).register(apiSchemas, { id: 'CreditUsageFigures' });
export type CreditUsageFigures = z.output<typeof figuresSchema>;

/** What an organisation has used of models. */
export const creditUsageSchema = z
  .object({
    from: z.string().meta({ description: 'The beginning of the first day.' }),
    to: z.string().meta({ description: 'The end of the last day.' }),
    group_by: creditUsageGroupSchema,
    totals: figuresSchema,
    groups: z.array(z.object({ key: nullableText, ...figures })).meta({
      description: `By \`day\` in their order, else by cost, the highest first, at most ${LIMITS.creditUsageGroups}. \`key\` is a day, the id of a workflow, \`provider/model\` or a label; null for what has no label, for what was used outside of a workflow, and for all others beyond ${LIMITS.creditUsageNames} in a day.`,
    }),
    more: z.boolean().meta({ description: 'Whether there are further groups, with lower costs.' }),
  })
  .register(apiSchemas, { id: 'CreditUsage' });
export type CreditUsage = z.output<typeof creditUsageSchema>;

/** The query of the usage. */
export const creditUsageQuery = z.object({
  from: timeParameter('from')
    .optional()
    .meta({ description: 'The day that has this time is the first. By default 30 days before `to`.' }),
  to: timeParameter('to').optional().meta({ description: 'Up to the day that ends then or later. Now by default.' }),
  group_by: creditUsageGroupSchema.default('day').meta({
    description: `By what it is told apart. A range has at most ${LIMITS.creditUsageDays} days, and ${LIMITS.creditUsageGroupedDays} where it is not by day. Days are those of UTC.`,
  }),
});

/** The body that adds to a balance. */
export const creditChangeSchema = z
  .strictObject({
    amount: z
      .int()
      .min(-LIMITS.credits)
      .max(LIMITS.credits)
      .refine((value) => value !== 0, 'must not be 0')
      .meta({ description: 'Credits that are added; less than 0 takes some away, at most down to a balance of 0.' }),
    note: z
      .string()
      .max(LIMITS.creditNoteCharacters)
      .optional()
      .meta({ description: 'For people; it is in the ledger.' }),
  })
  .register(apiSchemas, { id: 'CreditChange' });
export type CreditChange = z.output<typeof creditChangeSchema>;
