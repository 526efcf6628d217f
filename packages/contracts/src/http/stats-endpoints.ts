import { defineEndpoint } from './endpoint.js';
import { executionStatsQuery, executionStatsSchema, workflowStatsQuery, workflowStatsSchema } from './stats.js';

const WORKFLOW = 'wf_01kaxh3v9m0000000000000001';

const FIGURES = {
  total: 40,
  completed: 38,
  failed: 2,
  cancelled: 0,
  duration_ms: { p50: 66, p95: 1_200, p99: 4_600 },
} as const;

const RANGE = {
  from: '2026-11-25T09:00:00.000Z',
  to: '2026-11-25T10:00:00.000Z',
  bucket: 'hour',
} as const;

const OF_RANGE = { totals: FIGURES, buckets: [{ start: '2026-11-25T09:00:00.000Z', ...FIGURES }] } as const;

const DESCRIPTION =
  'Of executions that have ended, by the time at which they were accepted. The figures are counted as executions end: they are a few seconds behind.';

/** The endpoints of figures about executions. */
export const statsEndpoints = {
  ofWorkflow: defineEndpoint({
    id: 'getWorkflowStats',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/stats',
    group: 'Workflows',
    summary: 'See how executions of a workflow ended, over time',
    description: DESCRIPTION,
    access: 'executions:read',
    query: workflowStatsQuery,
    answer: {
      status: 200,
      description: 'The figures.',
      schema: workflowStatsSchema,
      example: { workflow_id: WORKFLOW, ...RANGE, ...OF_RANGE },
    },
  }),

  ofExecutions: defineEndpoint({
    id: 'getExecutionStats',
    method: 'GET',
    path: '/v1/stats/executions',
    group: 'Executions',
    summary: 'See how executions ended, over time',
    description: DESCRIPTION,
    access: 'executions:read',
    query: executionStatsQuery,
    answer: {
      status: 200,
      description: 'The figures of the organisation.',
      schema: executionStatsSchema,
      example: { ...RANGE, ...OF_RANGE, workflows: [{ workflow_id: WORKFLOW, ...OF_RANGE }], more: false },
    },
  }),
};
