import { z } from 'zod';
import { durationField } from '../duration.js';
import { marked, templateText, templateValue } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineStep } from '../step-definition.js';

/** Waits for a person's decision. Output: `{approved, by, comment, decided_at}`. */
export const approvalStep = defineStep({
  type: 'approval',
  title: 'Approval',
  description: "Waits for a person's decision. Output: {approved, by, comment, decided_at}.",
  executable: false,
  section: 'step-types',
  config: z.strictObject({
    message: templateText('What is to be decided.'),
    data: templateValue('What the person needs to see for it.').optional(),
    approvers: marked(
      z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(FIELD_LIMITS.addresses)]),
      'template',
      'Who is asked: one address or an array of them. By default anybody who may run the workflow.',
    ).optional(),
    expires_in: durationField('How long to wait for the decision; by default for ever.').optional(),
    on_expiry: z
      .enum(['approve', 'reject', 'fail'])
      .default('fail')
      .meta({ description: 'What holds when nobody decided in time (default "fail").' }),
  }),
  output: z.object({
    approved: z.boolean(),
    by: z.string().nullable(),
    comment: z.string().nullable(),
    decided_at: z.string(),
  }),
  example: {
    message: 'Pay {{input.amount}}?',
    data: { invoice: '{{input.invoice}}' },
    approvers: ['boss@example.com'],
    expires_in: '2d',
    on_expiry: 'reject',
  },
});
