import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { EXECUTION } from './execution-endpoints.js';
import { cancelBodySchema, executionResourceSchema } from './executions.js';

const group = 'Executions';

const { output: _none, ...UNENDED } = EXECUTION;

/** The endpoints that change what becomes of an execution. */
export const runControlEndpoints = {
  cancel: defineEndpoint({
    id: 'cancelExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/cancel',
    group,
    summary: 'Cancel an execution',
    description:
      'One that waits, or for which no executor had time yet, is cancelled in the answer. One that runs is told to stop: its status is `running` until it has, most often for less than a second, and it starts nothing more. Asking again changes nothing.',
    access: 'executions:write',
    audit: { resource: 'execution', action: 'cancel' },
    body: {
      type: 'json',
      schema: cancelBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      optional: true,
      example: { reason: 'Started with the wrong list' },
    },
    answer: {
      status: 200,
      description: 'The execution, which is cancelled or is to be.',
      schema: executionResourceSchema,
      example: {
        ...UNENDED,
        status: 'cancelled',
        output: null,
        cancellation: {
          requested_at: '2026-11-25T09:00:00.060Z',
          requested_by: 'tok_01kaxh3v9m0000000000000001',
          reason: 'Started with the wrong list',
          in_flight: [],
          in_flight_total: 0,
        },
      },
    },
    errors: ['EXECUTION_FINISHED', 'INPUT_LOST', 'STORAGE_FULL'],
  }),
};
