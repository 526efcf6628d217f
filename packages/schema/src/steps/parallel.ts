import { z } from 'zod';
import { FIELD_LIMITS } from '../limits.js';
import { nestedSteps } from '../nested-steps.js';
import { defineStep } from '../step-definition.js';

/** Branch names become part of step paths (`par.left.fetch`) and keys of the output. */
const BRANCH_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Runs several lists of steps at the same time. Output: the last output of each branch. */
export const parallelStep = defineStep({
  type: 'parallel',
  title: 'Parallel',
  description:
    'Runs several lists of steps at the same time and waits for all. Output: an object with the last output of each branch by name.',
  executable: true,
  reaches: 'nothing',
  config: z
    .strictObject({
      branches: z
        .array(
          z.strictObject({
            name: z
              .string()
              .regex(BRANCH_NAME, { error: 'must be a letter, then letters, digits and "_", at most 64 characters' })
              .optional()
              .meta({
                description:
                  'Key of the branch in the output: a letter, then letters, digits and "_". By default its position from 0.',
              }),
            steps: nestedSteps('The steps of the branch.'),
          }),
        )
        .min(1)
        .max(FIELD_LIMITS.branches)
        .meta({ description: 'The lists of steps that run at the same time.' }),
      mode: z.enum(['all', 'first_success']).default('all').meta({
        description:
          'Whether all branches are waited for (default "all"), or the first one that ends well, which stops the others: then the step fails only when every branch has.',
      }),
      tolerated_failures: z.int().min(0).max(FIELD_LIMITS.branches).default(0).meta({
        description: 'How many branches may fail, and give null, before the step fails (default 0).',
      }),
      on_error: z.enum(['fail', 'continue']).default('fail').meta({
        description:
          'When more branches fail than are tolerated: "fail" stops the others and fails the step (default), "continue" gives null for each.',
      }),
    })
    .superRefine((config, context) => {
      if (config.mode === 'first_success' && (config.tolerated_failures > 0 || config.on_error === 'continue'))
        context.addIssue({
          code: 'custom',
          path: ['mode'],
          message: 'is "first_success", which tolerates the failures of all branches but one by itself',
          params: {
            hint: 'Leave out "tolerated_failures" and "on_error"; for the step as a whole there is its own "on_error".',
          },
        });
      const seen = new Map<string, number>();
      config.branches.forEach((branch, index) => {
        if (branch.name === undefined) return;
        const first = seen.get(branch.name);
        if (first === undefined) seen.set(branch.name, index);
        else
          context.addIssue({
            code: 'custom',
            path: ['branches', index, 'name'],
            message: `branch ${first} is called "${branch.name}" too`,
            params: { hint: 'Give each branch a name of its own.' },
          });
      });
    }),
  output: z.record(z.string(), z.unknown()),
  example: {
    branches: [
      { name: 'left', steps: [{ id: 'in_left', type: 'transform', config: { output: 1 } }] },
      { steps: [{ id: 'in_right', type: 'transform', config: { output: 2 } }] },
    ],
    mode: 'all',
    tolerated_failures: 1,
    on_error: 'continue',
  },
  blocks: (config) =>
    config.branches.map((branch, index) => ({
      name: branch.name ?? null,
      path: ['branches', index, 'steps'],
      steps: branch.steps,
    })),
});
