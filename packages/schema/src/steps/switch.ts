import { z } from 'zod';
import { conditionText, targets, templateValue } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { targetList } from '../step-base.js';
import { defineStep } from '../step-definition.js';

const switchCase = z
  .strictObject({
    when: conditionText('What must hold for this case.').optional(),
    equals: templateValue('The case is taken when the switch\'s "value" equals this.').optional(),
    then: targets('The later step, or steps in order, to run.'),
  })
  .superRefine((value, context) => {
    if ((value.when === undefined) !== (value.equals === undefined)) return;
    context.addIssue({
      code: 'custom',
      message:
        value.when === undefined ? 'the case has neither "when" nor "equals"' : 'the case has both "when" and "equals"',
      params: { hint: 'Give each case exactly one of "when" (a condition) and "equals" (a value).' },
    });
  });

/** Takes the first case that fits. Output: `{value, branch}`. */
export const switchStep = defineStep({
  type: 'switch',
  title: 'Switch',
  description: 'Takes the first case that fits, else the default. Output: {value, branch}.',
  executable: true,
  reaches: 'nothing',
  config: z
    .strictObject({
      value: templateValue('What the cases\' "equals" are compared with.').optional(),
      cases: z.array(switchCase).min(1).max(FIELD_LIMITS.cases).meta({ description: 'The cases, tried in order.' }),
      default: targets(
        'The later step, or steps in order, to run when no case fits. Without any, it goes on with the next step.',
      ),
    })
    .superRefine((config, context) => {
      const index = config.cases.findIndex((one) => one.equals !== undefined);
      if (config.value !== undefined || index < 0) return;
      context.addIssue({
        code: 'custom',
        path: ['cases', index, 'equals'],
        message: '"equals" compares with the switch\'s "value", which is not there',
        params: { hint: 'Add "value" to the config, or use "when" with a condition.' },
      });
    }),
  output: z.object({ value: z.unknown(), branch: z.string() }),
  example: {
    value: '{{input.kind}}',
    cases: [
      { equals: 'a', then: 'first' },
      { when: '{{input.n}} > 2', then: ['first', 'second'] },
    ],
    default: 'second',
  },
  branches: (config) => [
    ...config.cases.map((one, index) => ({
      name: String(index),
      path: ['cases', index, 'then'],
      targets: targetList(one.then),
    })),
    { name: 'default', path: ['default'], targets: targetList(config.default) },
  ],
});
