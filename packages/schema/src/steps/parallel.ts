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
      on_error: z.enum(['fail', 'continue']).default('fail').meta({
        description:
          'When a branch fails: "fail" stops the others and fails the step (default), "continue" gives null for it.',
      }),
    })
    .superRefine((config, context) => {
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
    on_error: 'continue',
  },
  blocks: (config) =>
    config.branches.map((branch, index) => ({
      name: branch.name ?? null,
      path: ['branches', index, 'steps'],
      steps: branch.steps,
    })),
});
