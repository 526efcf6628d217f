import { z } from 'zod';
import { orTemplate, templateRecord, templateValue } from '../fields.js';
import { defineStep } from '../step-definition.js';

/** Answers the caller that waits for the execution. Output: `{status, headers, body}`. */
export const respondStep = defineStep({
  type: 'respond',
  title: 'Respond',
  description: 'Answers a caller that waits for the execution; the execution goes on. Output: {status, headers, body}.',
  executable: false,
  section: 'step-types',
  config: z.strictObject({
    status: orTemplate(z.int().min(200).max(599), 'The HTTP status of the answer (default 200).').default(200),
    headers: templateRecord('Headers of the answer.').optional(),
    body: templateValue('The body of the answer: text as it is, anything else as JSON.').optional(),
  }),
  output: z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() }),
  example: { status: 201, headers: { 'X-A': 'b' }, body: { ok: true } },
});
