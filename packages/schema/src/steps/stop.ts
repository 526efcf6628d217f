import { z } from 'zod';
import { templateText, templateValue } from '../fields.js';
import { defineStep } from '../step-definition.js';

/** Ends the execution, also from inside a loop or parallel. */
export const stopStep = defineStep({
  type: 'stop',
  title: 'Stop',
  description: 'Ends the whole execution, also from inside a loop or parallel.',
  endsExecution: true,
  aliases: ['end', 'exit', 'fail', 'return'],
  executable: true,
  reaches: 'nothing',
  config: z.strictObject({
    status: z
      .enum(['completed', 'failed'])
      .default('completed')
      .meta({ description: 'How the execution ends (default "completed").' }),
    output: templateValue('The execution\'s output; it takes precedence over the workflow\'s own "output".').optional(),
    message: templateText('The error message of an execution that ends as "failed".').optional(),
  }),
  output: z.object({
    status: z.enum(['completed', 'failed']),
    output: z.unknown().optional(),
    message: z.string().optional(),
  }),
  example: { status: 'failed', output: null, message: 'No luck with {{input.id}}' },
});
