import { z } from 'zod';
import { templateValue } from '../fields.js';
import { defineStep } from '../step-definition.js';

/** Makes a value out of others. Output: `config.output` with its templates evaluated. */
export const transformStep = defineStep({
  type: 'transform',
  title: 'Transform',
  description: 'Makes a value out of others. Output: "output" with its templates evaluated.',
  aliases: ['set', 'assign', 'template'],
  executable: true,
  reaches: 'nothing',
  config: z.strictObject({
    output: templateValue(
      'Any JSON value; texts inside may hold {{ }}, and a text that is one {{ }} keeps the type of its value.',
    ),
  }),
  output: z.unknown(),
  example: { output: { a: '{{input.a}}' } },
});
