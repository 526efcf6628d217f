import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { evaluateBodySchema, evaluationSchema } from './expressions.js';

/** What editors ask about expressions. */
export const expressionEndpoints = {
  evaluate: defineEndpoint({
    id: 'evaluateExpression',
    method: 'POST',
    path: '/v1/expressions/evaluate',
    group: 'Workflows',
    summary: 'Evaluate an expression, a template or a condition',
    description:
      'Takes one of `expression`, `template` and `condition`, and gives what a step would get of it, or where the mistake is. Reads what is sent, and by `text()` and `base64()` files of the organisation, if the token has `executions:read`; nothing else. It has the limits of one step.',
    access: 'workflows:read',
    audit: { nothing: 'It stores nothing.' },
    body: {
      type: 'json',
      schema: evaluateBodySchema,
      limitBytes: LIMITS.workflowBodyBytes,
      example: { expression: 'input.items.length', context: { input: { items: [1, 2] } } },
    },
    answer: {
      status: 200,
      description: 'The value, or the error of the text.',
      schema: evaluationSchema,
      example: { value: 2, type: 'number', error: null },
    },
  }),
};
