import { z } from 'zod';
import { durationField } from './duration.js';
import { conditionText, targets } from './fields.js';

/** How often and when a failed step is tried again. */
export const retrySchema = z
  .strictObject({
    max_attempts: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Attempts in all, the first one included (default 3).' }),
    backoff: z
      .enum(['constant', 'linear', 'exponential'])
      .optional()
      .meta({ description: 'How the delay grows from one attempt to the next (default exponential).' }),
    initial_delay: durationField('Delay before the second attempt (default 1 s).').optional(),
    max_delay: durationField('No delay is longer (default 30 s).').optional(),
    jitter: z.boolean().optional().meta({
      description: 'Spreads the delays at random, so that many executions do not retry at once (default true).',
    }),
    retry_if: conditionText(
      'Try again only when this holds, e.g. "error.status == 429". It can read error.code, error.message and error.status. By default only retryable errors are tried again.',
    ).optional(),
    max_elapsed: durationField('No attempt starts later than this after the first one.').optional(),
  })
  .meta({ description: 'How often and when the step is tried again after a failure.' });

/** What happens after a step's last attempt failed. */
export const onErrorSchema = z
  .union([
    z.enum(['fail', 'continue']),
    z.strictObject({ goto: z.string().min(1).meta({ description: 'Id of a later step in the same list.' }) }),
  ])
  .meta({
    description:
      'After the last failed attempt: "fail" ends the execution (default), "continue" goes on with the error in {{id.error}}, {"goto": "id"} goes on at that later step.',
  });

/** The fields every step may have; `config` depends on the type. */
export const stepBaseSchema = z.strictObject({
  id: z.string().meta({ description: 'Name of the step in expressions, targets and logs; unique in the workflow.' }),
  type: z.string().meta({ description: 'What the step does.' }),
  name: z.string().max(200).optional().meta({ description: 'A name for people.' }),
  description: z.string().max(10_000).optional().meta({ description: 'A note for people.' }),
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'The settings of the step; what they are depends on its type.' }),
  next: z.string().min(1).nullable().optional().meta({
    description: 'Id of the later step to go on with, or null to end here. By default the next step in the list.',
  }),
  if: conditionText('The step is skipped unless this is true.').optional(),
  timeout: durationField('Longest time for one attempt.').optional(),
  retry: retrySchema.optional(),
  on_error: onErrorSchema.optional(),
  secrets_in_output: z.boolean().optional().meta({
    description: 'Says that the output holds secrets: it is then kept out of history, logs and events (default false).',
  }),
});

/** A step of any type, its config unread. */
export type AnyStep = z.output<typeof stepBaseSchema>;

/** The targets of a branch: an id, several ids to run in order, or none. */
export type BranchTargets = z.output<ReturnType<typeof targets>>;

/** A {@link BranchTargets} as a list. */
export function targetList(value: BranchTargets): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
