import { LIMITS } from '../limits.js';
import { defineEndpoint, type AnswerDeclaration } from './endpoint.js';
import { executeQuery, executionCountQuery, executionListQuery, executionReadQuery } from './execution-queries.js';
import {
  executeBodySchema,
  executionAcceptedSchema,
  executionCountSchema,
  executionListSchema,
  executionResourceSchema,
  executionValueSchema,
} from './executions.js';

const group = 'Executions';

const IDS = { id: 'exec_01m887wqp5fkp3j7e18anavgww', execution_id: 'exec_01m887wqp5fkp3j7e18anavgww' } as const;

/** What starting an execution returns, for the example of whatever starts one. */
export const ACCEPTED = {
  ...IDS,
  status: 'running',
  started_at: '2026-11-25T09:00:00.000Z',
  workflow_id: 'wf_01kaxh3v9m0000000000000001',
} as const;

const SUMMARY = {
  ...ACCEPTED,
  workflow_version: 1,
  status: 'completed',
  trigger: { type: 'api' },
  completed_at: '2026-11-25T09:00:00.066Z',
  duration_ms: 66,
  error: null,
} as const;

/** An execution, for the examples of whatever returns one. */
export const EXECUTION = {
  ...SUMMARY,
  input: { name: 'Ada' },
  steps: [
    {
      step_id: 'greeting',
      path: 'greeting',
      type: 'transform',
      status: 'completed',
      started_at: '2026-11-25T09:00:00.050Z',
      completed_at: '2026-11-25T09:00:00.051Z',
      duration_ms: 1,
      attempts: 1,
      output: 'Hello Ada!',
      error: null,
    },
  ],
  steps_total: 1,
  output: 'Hello Ada!',
} as const;

const LIST = {
  status: 200,
  description: 'One page.',
  schema: executionListSchema,
  example: { executions: [SUMMARY], next_cursor: null, has_more: false },
} as const satisfies AnswerDeclaration;

const ONE = {
  status: 200,
  description: 'The execution.',
  schema: executionResourceSchema,
  example: EXECUTION,
} as const satisfies AnswerDeclaration;

const VALUE = {
  headers: { Range: 'A part of the value, in bytes.' },
  answer: { status: 200, description: 'The value, as JSON.', schema: executionValueSchema, example: 'Hello Ada!' },
  furtherAnswers: [
    {
      status: 206,
      description: 'The part that `Range` names.',
      headers: { 'Content-Range': 'Which bytes these are.' },
    },
    { status: 416, description: 'The value ends before the part that `Range` names.' },
  ],
} as const;

/** Says that a start has waited, as RFC 7240 does. */
const WAITED = { 'Preference-Applied': '`wait=30`: it has waited, for up to so many seconds.' } as const;

/** What starts of executions have in common: they count as such, may wait, and answer with what was accepted or has ended. */
export const STARTED = {
  countedAs: 'executions',
  headers: {
    Prefer: '`wait=30`: as the parameter `wait`, which goes before it. Where that is not possible it is ignored.',
  },
  keepsExecution: true,
  relaysResponses: true,
  answer: {
    status: 202,
    description: 'It is accepted.',
    schema: executionAcceptedSchema,
    headers: WAITED,
    example: ACCEPTED,
  },
  furtherAnswers: [
    {
      status: 200,
      description: 'It has ended, however, in the time that the start was to wait.',
      schema: executionResourceSchema,
      headers: WAITED,
      example: EXECUTION,
    },
  ],
} as const;

/** The endpoints of executions. */
export const executionEndpoints = {
  execute: defineEndpoint({
    id: 'executeWorkflow',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/execute',
    group,
    summary: 'Start an execution',
    description:
      'Returns when the execution is durably accepted: from then on it runs, whatever fails. With `wait`, or `Prefer: wait=30`, it returns the ended execution if it ends in that time; with `answer=response` too, what the workflow responds with, of any status and media type. With `test` it only tries something.',
    access: 'executions:write',
    audit: { nothing: 'An execution is a record of its own.' },
    ...STARTED,
    query: executeQuery,
    body: {
      type: 'json',
      schema: executeBodySchema,
      limitBytes: LIMITS.apiBodyBytes,
      optional: true,
      example: { input: { name: 'Ada' }, label: 'order 4711' },
    },
    errors: [
      'WORKFLOW_PAUSED',
      'VERSION_NOT_FOUND',
      'VERSION_PRUNED',
      'DRAFT_NOT_FOUND',
      'EXECUTION_NOT_FOUND',
      'EXECUTION_NOT_FINISHED',
      'REUSE_IMPOSSIBLE',
      'INPUT_LOST',
      'QUOTA_EXCEEDED',
      'INSUFFICIENT_CREDITS',
      'STORAGE_FULL',
    ],
  }),

  getOfWorkflow: defineEndpoint({
    id: 'getExecutionOfWorkflow',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/executions/{execution_id}',
    group,
    summary: 'Get an execution of a workflow',
    access: 'executions:read',
    query: executionReadQuery,
    answer: ONE,
    // A workflow that does not exist has no execution either, but a text that is no id is found out first.
    errors: ['WORKFLOW_NOT_FOUND', 'INPUT_LOST'],
  }),

  listOfWorkflow: defineEndpoint({
    id: 'listExecutionsOfWorkflow',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/executions',
    group,
    summary: 'List the executions of a workflow, newest first',
    access: 'executions:read',
    query: executionListQuery,
    answer: LIST,
  }),

  get: defineEndpoint({
    id: 'getExecution',
    method: 'GET',
    path: '/v1/executions/{execution_id}',
    group,
    summary: 'Get an execution',
    access: 'executions:read',
    query: executionReadQuery,
    answer: ONE,
    errors: ['INPUT_LOST'],
  }),

  list: defineEndpoint({
    id: 'listExecutions',
    method: 'GET',
    path: '/v1/executions',
    group,
    summary: 'List executions, newest first',
    access: 'executions:read',
    query: executionListQuery,
    answer: LIST,
  }),

  count: defineEndpoint({
    id: 'countExecutions',
    method: 'GET',
    path: '/v1/executions/count',
    group,
    summary: 'Count executions',
    description: 'With the filters of the list. More than 10,000 are not counted.',
    access: 'executions:read',
    query: executionCountQuery,
    answer: {
      status: 200,
      description: 'How many there are.',
      schema: executionCountSchema,
      example: { count: 10_000, more: true },
    },
  }),

  input: defineEndpoint({
    id: 'getExecutionInput',
    method: 'GET',
    path: '/v1/executions/{execution_id}/input',
    group,
    summary: 'Get the input of an execution alone',
    access: 'executions:read',
    ...VALUE,
    errors: ['INPUT_LOST'],
  }),

  output: defineEndpoint({
    id: 'getExecutionOutput',
    method: 'GET',
    path: '/v1/executions/{execution_id}/output',
    group,
    summary: 'Get the output of an execution alone',
    access: 'executions:read',
    ...VALUE,
  }),

  stepOutput: defineEndpoint({
    id: 'getStepOutput',
    method: 'GET',
    path: '/v1/executions/{execution_id}/steps/{path}/output',
    group,
    summary: 'Get the output of a step run alone',
    access: 'executions:read',
    ...VALUE,
  }),
};
