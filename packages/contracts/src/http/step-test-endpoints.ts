import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { stepTestBodySchema, stepTestSchema } from './step-tests.js';

const STEP = { id: 'price', type: 'transform', config: { output: '{{fetch.output.body.price * 2}}' } } as const;

/** What people ask who build a workflow step by step. */
export const stepTestEndpoints = {
  test: defineEndpoint({
    id: 'testStep',
    method: 'POST',
    path: '/v1/steps/test',
    group: 'Workflows',
    summary: 'Try one step',
    description: `Renders the config of a step, and with \`effects\` runs it once, with the secrets, limits and guards of an execution, for ${LIMITS.stepTestMs / 1_000} seconds at most. No execution is made. Loops, parallels, waits, approvals and sub-workflows cannot be tried alone.`,
    access: 'workflows:write',
    audit: { resource: 'step', action: 'test', made: true },
    countedAs: 'executions',
    body: {
      type: 'json',
      schema: stepTestBodySchema,
      limitBytes: LIMITS.apiBodyBytes,
      example: { step: STEP, context: { steps: { fetch: { output: { body: { price: 21 } } } } }, effects: true },
    },
    answer: {
      status: 200,
      description: 'What became of it, also when it failed.',
      schema: stepTestSchema,
      example: {
        status: 'completed',
        output: 42,
        input: { output: 42 },
        error: null,
        duration_ms: 1,
        problems: [],
      },
    },
    errors: ['STEP_NOT_TESTABLE', 'SECRET_UNREADABLE', 'QUOTA_EXCEEDED', 'RATE_LIMIT_EXCEEDED', 'STARTS_PAUSED'],
  }),
};
