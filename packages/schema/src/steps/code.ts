import { z } from 'zod';
import { templateValue } from '../fields.js';
import { defineStep } from '../step-definition.js';

/** Runs JavaScript in a sandbox. Output: what the code returns. */
export const codeStep = defineStep({
  type: 'code',
  title: 'Code',
  description: 'Runs JavaScript in a sandbox without network or files. Output: what the code returns.',
  aliases: ['javascript', 'script', 'function'],
  executable: true,
  config: z.strictObject({
    language: z.enum(['javascript']).default('javascript').meta({ description: 'The language (only "javascript").' }),
    source: z.string().min(1).max(100_000).meta({
      description:
        'The body of a function of "input"; its return value is the output. {{ }} has no meaning here: pass values through "input".',
    }),
    input: templateValue('The value the code sees as "input".').optional(),
  }),
  output: z.unknown(),
  example: { language: 'javascript', source: 'return input.a + 1;', input: { a: '{{input.a}}' } },
});
