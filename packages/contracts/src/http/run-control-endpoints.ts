import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { EXECUTION } from './execution-endpoints.js';
import { cancelBodySchema, executionResourceSchema, signalBodySchema } from './executions.js';

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
  signal: defineEndpoint({
    id: 'signalExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/signals/{signal_name}',
    group,
    summary: 'Send a signal to an execution',
    description:
      'A `wait` step with `signal` ends with it. One for which no step waits yet is kept, and given to the first step that does. Of several waiting steps the one gets it that waits for longest, and signals of one name are given in the order in which they came. Once it is taken it is not lost.',
    access: 'executions:write',
    audit: { resource: 'execution', action: 'signal' },
    body: {
      type: 'json',
      schema: signalBodySchema,
      limitBytes: LIMITS.signalBodyBytes,
      optional: true,
      example: { payload: { amount: 12 }, signal_id: 'payment-4711' },
    },
    answer: {
      status: 202,
      description: 'The execution, whose journal has the signal.',
      schema: executionResourceSchema,
      example: { ...UNENDED, status: 'waiting', output: null },
    },
    errors: ['EXECUTION_FINISHED', 'SIGNALS_FULL', 'INPUT_LOST', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),
};
