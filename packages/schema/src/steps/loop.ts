import { z } from 'zod';
import { orTemplate } from '../fields.js';
import { nestedSteps } from '../nested-steps.js';
import { defineStep } from '../step-definition.js';

/** Runs its steps once per item. Output: the last inner output of each item, in item order. */
export const loopStep = defineStep({
  type: 'loop',
  title: 'Loop',
  description: 'Runs its steps once per item. Output: an array with the last inner output of each item, in item order.',
  iterates: true,
  aliases: ['foreach', 'for_each', 'map', 'iterator'],
  executable: true,
  reaches: 'nothing',
  section: 'loops',
  config: z.strictObject({
    items: orTemplate(
      z.array(z.unknown()),
      'The items: an array, or a template that gives one, e.g. "{{input.items}}".',
    ),
    steps: nestedSteps('The steps to run for each item; {{item}}, {{index}} and {{loop}} say which.'),
    concurrency: z
      .int()
      .min(1)
      .max(100)
      .default(1)
      .meta({ description: 'How many items are worked on at the same time (default 1).' }),
    continue_on_item_error: z
      .boolean()
      .default(false)
      .meta({ description: 'Goes on with the other items when one fails; its output is then null (default false).' }),
    max_iterations: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .meta({ description: 'The step fails when there are more items (default 10000).' }),
  }),
  output: z.array(z.unknown()),
  example: {
    items: '{{input.items}}',
    steps: [{ id: 'inner', type: 'transform', config: { output: '{{item}}' } }],
    concurrency: 4,
    continue_on_item_error: true,
    max_iterations: 50,
  },
  blocks: (config) => [{ name: null, path: ['steps'], steps: config.steps }],
});
