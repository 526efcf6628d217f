import { defineEndpoint } from './endpoint.js';
import { jobListQuery, jobListSchema, jobResourceSchema } from './jobs.js';

const group = 'Jobs';

/** A job as the examples of all its endpoints have it. */
export const JOB = {
  id: 'job_01kaxh3v9m0000000000000001',
  kind: 'backfill',
  status: 'completed',
  parameters: {
    workflow_id: 'wf_01kaxh3v9m0000000000000001',
    index: 0,
    from: '2026-11-23T00:00:00.000Z',
    to: '2026-11-24T23:00:00.000Z',
  },
  total: 2,
  done: 2,
  counts: { started: 1, already_ran: 1 },
  error: null,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:01.000Z',
  ended_at: '2026-11-25T09:00:01.000Z',
} as const;

const RESULTS = [
  {
    item: '2026-11-23T08:00:00.000Z',
    outcome: 'already_ran',
    execution_id: 'exec_01m82z9cq0fkp3j7e18anavgww',
    code: null,
  },
  {
    item: '2026-11-24T08:00:00.000Z',
    outcome: 'started',
    execution_id: 'exec_01m887wqp5fkp3j7e18anavgww',
    code: null,
  },
] as const;

/** The endpoints of jobs. */
export const jobEndpoints = {
  list: defineEndpoint({
    id: 'listJobs',
    method: 'GET',
    path: '/v1/jobs',
    group,
    summary: 'List jobs, newest first',
    description: 'Without their results. A job is kept for 30 days after its end.',
    access: 'executions:read',
    query: jobListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: jobListSchema,
      example: { jobs: [JOB], next_cursor: null, has_more: false },
    },
  }),

  get: defineEndpoint({
    id: 'getJob',
    method: 'GET',
    path: '/v1/jobs/{job_id}',
    group,
    summary: 'Get a job: how far it has come, and with what results',
    access: 'executions:read',
    answer: {
      status: 200,
      description: 'The job.',
      schema: jobResourceSchema,
      example: { ...JOB, results: [...RESULTS] },
    },
  }),

  cancel: defineEndpoint({
    id: 'cancelJob',
    method: 'POST',
    path: '/v1/jobs/{job_id}/cancel',
    group,
    summary: 'Cancel a job',
    description: 'What it has done stays done, and what it is just doing may still be added to its results.',
    access: 'executions:write',
    audit: { resource: 'job', action: 'cancel' },
    answer: {
      status: 200,
      description: 'The job, which does nothing more.',
      schema: jobResourceSchema,
      example: { ...JOB, status: 'cancelled', done: 1, counts: { already_ran: 1 }, results: [RESULTS[0]] },
    },
    errors: ['JOB_FINISHED'],
  }),
};
