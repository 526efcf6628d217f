import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { EXECUTION, STARTED } from './execution-endpoints.js';
import { executeQuery } from './execution-queries.js';
import { cancelBodySchema, executionResourceSchema, pauseBodySchema, signalBodySchema } from './executions.js';
import { replayBodySchema, replayPlanQuery, replayPlanSchema } from './restarts.js';

const group = 'Executions';

const { output: _none, ...UNENDED } = EXECUTION;

/** Why an execution cannot be started again, whatever of it is. */
const RESTART_ERRORS = [
  'EXECUTION_NOT_FINISHED',
  'EXECUTION_IS_TEST',
  'REUSE_IMPOSSIBLE',
  'INPUT_LOST',
  'WORKFLOW_NOT_FOUND',
  'WORKFLOW_PAUSED',
  'VERSION_NOT_FOUND',
  'QUOTA_EXCEEDED',
  'INSUFFICIENT_CREDITS',
  'STORAGE_FULL',
] as const;

/** The endpoints that change what becomes of an execution. */
export const runControlEndpoints = {
  cancel: defineEndpoint({
    id: 'cancelExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/cancel',
    group,
    summary: 'Cancel an execution',
    description:
      'One that waits, or for which no executor had time yet, is cancelled in the answer. One that runs is asked to stop: its status is `running` until it has, most often for less than a second, and it starts nothing more. Asking again changes nothing.',
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

  pause: defineEndpoint({
    id: 'pauseExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/pause',
    group,
    summary: 'Pause an execution',
    description:
      'From then on it begins no step; what is under way ends. It is `waiting` once nothing is under way any more, for as long as it takes until it is resumed or cancelled. Asking again changes nothing. One that no executor has begun yet cannot be paused: 503.',
    access: 'executions:write',
    audit: { resource: 'execution', action: 'pause' },
    body: {
      type: 'json',
      schema: pauseBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      optional: true,
      example: { reason: 'The shop is down' },
    },
    answer: {
      status: 200,
      description: 'The execution, which is paused or is to be.',
      schema: executionResourceSchema,
      example: {
        ...UNENDED,
        status: 'waiting',
        completed_at: null,
        duration_ms: null,
        output: null,
        pause: {
          paused_at: '2026-11-25T09:00:00.060Z',
          paused_by: 'tok_01kaxh3v9m0000000000000001',
          reason: 'The shop is down',
        },
      },
    },
    errors: ['EXECUTION_FINISHED', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  resume: defineEndpoint({
    id: 'resumeExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/resume',
    group,
    summary: 'Let a paused execution go on',
    description: 'Of one that is not paused it changes nothing.',
    access: 'executions:write',
    audit: { resource: 'execution', action: 'resume' },
    answer: {
      status: 200,
      description: 'The execution, which goes on within moments.',
      schema: executionResourceSchema,
      example: { ...UNENDED, status: 'running', completed_at: null, duration_ms: null, output: null },
    },
    errors: ['EXECUTION_FINISHED', 'STORAGE_FULL'],
  }),

  retry: defineEndpoint({
    id: 'retryExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/retry',
    group,
    summary: 'Retry a failed or cancelled execution from where it stopped',
    description:
      'Starts a new execution with the same version, input, variables and random numbers. It takes over every result that the first one recorded, but for that of the step at which it failed: what has been done is not done again. Returns as a start does.',
    access: 'executions:write',
    audit: { resource: 'execution', action: 'retry' },
    ...STARTED,
    query: executeQuery,
    errors: [...RESTART_ERRORS, 'EXECUTION_NOT_FAILED'],
  }),

  replay: defineEndpoint({
    id: 'replayExecution',
    method: 'POST',
    path: '/v1/executions/{execution_id}/replay',
    group,
    summary: 'Replay an execution, from a step, on a version or with an input of your choice',
    description:
      'Starts a new execution with the input of one that has ended. With `from_step` it takes over the results of the steps before that one, and does them not again. The replay plan says before what would be repeated. Returns as a start does.',
    access: 'executions:write',
    audit: { resource: 'execution', action: 'replay' },
    ...STARTED,
    query: executeQuery,
    body: {
      type: 'json',
      schema: replayBodySchema,
      limitBytes: LIMITS.apiBodyBytes,
      optional: true,
      example: { from_step: 'greeting', version: 'latest' },
    },
    errors: RESTART_ERRORS,
  }),

  replayPlan: defineEndpoint({
    id: 'getReplayPlan',
    method: 'GET',
    path: '/v1/executions/{execution_id}/replay-plan',
    group,
    summary: 'Get what a replay would do again',
    access: 'executions:read',
    query: replayPlanQuery,
    answer: {
      status: 200,
      description: 'The plan; nothing is started.',
      schema: replayPlanSchema,
      example: {
        execution_id: EXECUTION.id,
        workflow_id: EXECUTION.workflow_id,
        workflow_version: 2,
        from_step: 'notify',
        steps: [
          { step_id: 'greeting', type: 'transform', action: 'reuse' },
          { step_id: 'notify', type: 'email', action: 'run' },
        ],
        repeats: [{ path: 'notify', type: 'email', runs: 1 }],
        repeats_total: 1,
      },
    },
    errors: [
      'WORKFLOW_NOT_FOUND',
      'VERSION_NOT_FOUND',
      'EXECUTION_NOT_FINISHED',
      'EXECUTION_IS_TEST',
      'REUSE_IMPOSSIBLE',
      'INPUT_LOST',
    ],
  }),
};
