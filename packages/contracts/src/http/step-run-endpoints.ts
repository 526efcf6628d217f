import { defineEndpoint } from './endpoint.js';
import { journalQuery, stepListQuery } from './execution-queries.js';
import { journalPageSchema, loopSummarySchema, stepRunDetailSchema, stepRunListSchema } from './step-runs.js';

const group = 'Executions';

const STEP = {
  step_id: 'call',
  path: 'each[12].call',
  type: 'http',
  status: 'failed',
  started_at: '2026-11-25T09:00:00.050Z',
  completed_at: '2026-11-25T09:00:00.150Z',
  duration_ms: 100,
  attempts: 1,
  output: null,
  error: { code: 'HTTP_STATUS_ERROR', message: 'The server replied with status 500', details: { status: 500 } },
} as const;

const UNAVAILABLE = { code: 'AI_UNAVAILABLE', message: 'The model cannot be reached' } as const;

/** The endpoints of what happened inside of an execution. */
export const stepRunEndpoints = {
  list: defineEndpoint({
    id: 'listStepRuns',
    method: 'GET',
    path: '/v1/executions/{execution_id}/steps',
    group,
    summary: 'List the step runs of an execution',
    description:
      'In the order of their starts. With `parent` those directly inside of a loop, by iteration, or of a parallel.',
    access: 'executions:read',
    query: stepListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: stepRunListSchema,
      example: { steps: [STEP], next_cursor: null, has_more: false },
    },
    errors: ['INPUT_LOST'],
  }),

  get: defineEndpoint({
    id: 'getStepRun',
    method: 'GET',
    path: '/v1/executions/{execution_id}/steps/{path}',
    group,
    summary: 'Get a step run',
    description: 'With each of its attempts, and with what it was given: its config, rendered.',
    access: 'executions:read',
    answer: {
      status: 200,
      description: 'The step run.',
      schema: stepRunDetailSchema,
      example: {
        ...STEP,
        step_id: 'score',
        path: 'each[12].score',
        type: 'ai_completion',
        attempts: 2,
        error: UNAVAILABLE,
        input: { model: 'small', prompt: 'How urgent is order 4711?', system: 'Answer as ••••.' },
        attempt_log: [
          {
            n: 1,
            started_at: '2026-11-25T09:00:00.050Z',
            completed_at: '2026-11-25T09:00:00.070Z',
            error: UNAVAILABLE,
          },
          {
            n: 2,
            started_at: '2026-11-25T09:00:00.110Z',
            completed_at: '2026-11-25T09:00:00.150Z',
            error: UNAVAILABLE,
          },
        ],
      },
    },
    errors: ['INPUT_LOST'],
  }),

  loop: defineEndpoint({
    id: 'getLoopSummary',
    method: 'GET',
    path: '/v1/executions/{execution_id}/loops/{path}',
    group,
    summary: 'Get a summary of a loop',
    description: 'What a page shows of it, however many iterations there are.',
    access: 'executions:read',
    answer: {
      status: 200,
      description: 'The summary.',
      schema: loopSummarySchema,
      example: {
        path: 'each',
        status: 'failed',
        items: null,
        iterations: 2,
        counts: { running: 0, waiting: 0, waiting_for_retry: 0, completed: 1, failed: 1, skipped: 0 },
        cells: [
          { first: 0, last: 0, status: 'completed' },
          { first: 1, last: 1, status: 'failed' },
        ],
        failed: { indexes: [1], more: false },
        slowest: [
          { index: 1, status: 'failed', duration_ms: 100 },
          { index: 0, status: 'completed', duration_ms: 7 },
        ],
      },
    },
    errors: ['INPUT_LOST'],
  }),

  journal: defineEndpoint({
    id: 'getExecutionJournal',
    method: 'GET',
    path: '/v1/executions/{execution_id}/journal',
    group,
    summary: 'Get the recorded events of an execution',
    description:
      'For support: what was recorded, in order. Members depend on the type, and new ones come with new versions. Values that nobody may see are `••••`.',
    access: 'executions:read',
    query: journalQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: journalPageSchema,
      example: {
        events: [
          {
            id: 'f3a91c07d2684be5907b1e4c8da25f63',
            type: 'started',
            at: '2026-11-25T09:00:00.010Z',
            workflow_id: 'wf_01kaxh3v9m0000000000000001',
            version: 1,
            accepted_at: '2026-11-25T09:00:00.000Z',
            trigger: { type: 'api' },
            input: { name: 'Ada' },
            seed: '••••',
          },
        ],
        next_cursor: 'f3a91c07d2684be5907b1e4c8da25f63',
        has_more: true,
      },
    },
    errors: ['INPUT_LOST'],
  }),
};
