import { z } from 'zod';
import { evaluationSchema } from '../http/expressions.js';
import { defineRequest } from '../message.js';
import { openEnum } from '../open-values.js';

/** What one text gives of what is sent with it, and of files of the organisation. An error of the text is an answer. Errors: none of its own. */
export const EvaluateExpression = defineRequest({
  subject: 'definitions.expressions.evaluate',
  question: z.object({
    organisation_id: z.string(),
    kind: openEnum(['expression', 'template', 'condition']),
    text: z.string(),
    context: z.record(z.string(), z.unknown()),
    missing: z.enum(['error', 'empty']).optional(),
    /** Whether who asks may read files. */
    files: z.boolean().optional(),
  }),
  answer: evaluationSchema,
});
