import { z } from 'zod';
import { conditionText, targets } from '../fields.js';
import { targetList } from '../step-base.js';
import { defineStep } from '../step-definition.js';

/** Goes one of two ways. Output: `{result, branch}`. */
export const conditionStep = defineStep({
  type: 'condition',
  title: 'Condition',
  description: 'Goes one of two ways. Output: {result, branch}.',
  aliases: ['if', 'branch', 'router', 'filter'],
  executable: true,
  reaches: 'nothing',
  config: z.strictObject({
    condition: conditionText('What must hold, e.g. "{{score.output}} > 0.8".'),
    true_branch: targets(
      'The later step, or steps in order, to run when the condition is true. Without any, it goes on with the next step.',
    ),
    false_branch: targets(
      'The later step, or steps in order, to run when the condition is false. Without any, it goes on with the next step.',
    ),
  }),
  output: z.object({ result: z.boolean(), branch: z.enum(['true', 'false']) }),
  example: { condition: '{{input.n}} > 1', true_branch: 'first', false_branch: ['first', 'second'] },
  branches: (config) => [
    { name: 'true', path: ['true_branch'], targets: targetList(config.true_branch) },
    { name: 'false', path: ['false_branch'], targets: targetList(config.false_branch) },
  ],
});
