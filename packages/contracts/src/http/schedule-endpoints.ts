import { LIMITS } from '../limits.js';
import { defineEndpoint, type AnswerDeclaration } from './endpoint.js';
import { ACCEPTED } from './execution-endpoints.js';
import { executionAcceptedSchema } from './executions.js';
import { backfillBodySchema, backfillPlanSchema, jobAcceptedSchema } from './jobs.js';
import {
  scheduleListQuery,
  scheduleListSchema,
  schedulePauseSchema,
  schedulePreviewBodySchema,
  schedulePreviewSchema,
} from './schedules.js';

const group = 'Schedules';

const WORKFLOW = 'wf_01kaxh3v9m0000000000000001';

const SCHEDULE = {
  id: `${WORKFLOW}.0`,
  workflow_id: WORKFLOW,
  index: 0,
  cron: '0 9 * * MON-FRI',
  interval: null,
  timezone: 'Europe/Berlin',
  status: 'active',
  next_run_at: '2026-11-26T08:00:00.000Z',
  last_run: {
    scheduled_at: '2026-11-25T08:00:00.000Z',
    execution_id: 'exec_01m887wqp5fkp3j7e18anavgww',
    outcome: 'started',
  },
  counts: { started: 1, missed: 1, skipped: 0, refused: 0 },
  notes: [
    {
      outcome: 'missed',
      first_at: '2026-11-24T08:00:00.000Z',
      last_at: '2026-11-24T08:00:00.000Z',
      count: 1,
      more: false,
      code: null,
    },
  ],
} as const;

const LIST = {
  status: 200,
  description: 'One page.',
  schema: scheduleListSchema,
  example: { schedules: [SCHEDULE], next_cursor: null, has_more: false },
} as const satisfies AnswerDeclaration;

function paused(value: boolean) {
  return {
    status: 200,
    description: 'It is so, and starts keep to it.',
    schema: schedulePauseSchema,
    example: { id: `${WORKFLOW}.0`, workflow_id: WORKFLOW, index: 0, paused: value },
  } as const satisfies AnswerDeclaration;
}

/** The endpoints of schedules. */
export const scheduleEndpoints = {
  preview: defineEndpoint({
    id: 'previewSchedule',
    method: 'POST',
    path: '/v1/schedules/preview',
    group,
    summary: 'See when a schedule would be due',
    description: 'Says where clocks that are changed shift a time or show it twice. Nothing is stored.',
    access: 'workflows:read',
    audit: { nothing: 'It stores nothing.' },
    body: {
      type: 'json',
      schema: schedulePreviewBodySchema,
      limitBytes: LIMITS.settingBodyBytes,
      example: { cron: '30 2 * * *', timezone: 'Europe/Berlin', count: 1, from: '2026-03-28T12:00:00Z' },
    },
    answer: {
      status: 200,
      description: 'Its next times.',
      schema: schedulePreviewSchema,
      example: {
        timezone: 'Europe/Berlin',
        runs: [{ at: '2026-03-29T01:00:00.000Z', local: '2026-03-29T03:00:00', note: 'dst_shifted' }],
      },
    },
  }),

  list: defineEndpoint({
    id: 'listSchedules',
    method: 'GET',
    path: '/v1/schedules',
    group,
    summary: 'List the schedules of all workflows',
    access: 'workflows:read',
    query: scheduleListQuery,
    answer: LIST,
  }),

  listOfWorkflow: defineEndpoint({
    id: 'listSchedulesOfWorkflow',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/schedules',
    group,
    summary: 'List the schedules of a workflow',
    access: 'workflows:read',
    query: scheduleListQuery,
    answer: LIST,
  }),

  backfill: defineEndpoint({
    id: 'backfillSchedule',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/schedules/{index}/backfill',
    group,
    summary: 'Start the executions of nominal times that are over',
    description:
      'Times between `from` and `to`, by the schedule as it is now; a time that has run does not run again. A job starts them one after the other. A paused schedule can be backfilled, a paused workflow is refused.',
    access: 'executions:write',
    audit: { resource: 'schedule', action: 'backfill' },
    body: {
      type: 'json',
      schema: backfillBodySchema,
      limitBytes: LIMITS.settingBodyBytes,
      example: { from: '2026-11-23T00:00:00Z', to: '2026-11-24T23:00:00Z' },
    },
    answer: {
      status: 202,
      description: 'It is accepted, and happens whatever crashes.',
      schema: jobAcceptedSchema,
      headers: { Location: 'The path of the job.' },
      example: { job_id: 'job_01kaxh3v9m0000000000000001', matched: 2 },
    },
    furtherAnswers: [
      {
        status: 200,
        description: 'With `dry_run`: what would be started. Nothing is stored.',
        schema: backfillPlanSchema,
        example: { job_id: null, matched: 2, times: ['2026-11-23T08:00:00.000Z', '2026-11-24T08:00:00.000Z'] },
      },
    ],
    errors: [
      'WORKFLOW_NOT_FOUND',
      'SCHEDULE_NOT_FOUND',
      'WORKFLOW_PAUSED',
      'WORKFLOW_NOT_ACTIVE',
      'QUOTA_EXCEEDED',
      'STORAGE_FULL',
    ],
  }),

  trigger: defineEndpoint({
    id: 'triggerSchedule',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/schedules/{index}/trigger',
    group,
    summary: 'Start an execution now, as the schedule would',
    description:
      'With the input of the schedule. Its next times stay what they are. A paused schedule can be triggered.',
    access: 'executions:write',
    audit: { nothing: 'An execution is a record of its own.' },
    countedAs: 'executions',
    answer: { status: 202, description: 'It is accepted.', schema: executionAcceptedSchema, example: ACCEPTED },
    errors: [
      'WORKFLOW_NOT_FOUND',
      'SCHEDULE_NOT_FOUND',
      'WORKFLOW_PAUSED',
      'WORKFLOW_NOT_ACTIVE',
      'QUOTA_EXCEEDED',
      'STORAGE_FULL',
    ],
  }),

  pause: defineEndpoint({
    id: 'pauseSchedule',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/schedules/{index}/pause',
    group,
    summary: 'Pause one schedule of a workflow',
    access: 'workflows:write',
    audit: { resource: 'schedule', action: 'pause' },
    answer: paused(true),
    errors: ['WORKFLOW_NOT_FOUND', 'SCHEDULE_NOT_FOUND', 'STORAGE_FULL'],
  }),

  resume: defineEndpoint({
    id: 'resumeSchedule',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/schedules/{index}/resume',
    group,
    summary: 'Resume a paused schedule',
    description: 'What was due while it was paused is not made up for.',
    access: 'workflows:write',
    audit: { resource: 'schedule', action: 'resume' },
    answer: paused(false),
    errors: ['WORKFLOW_NOT_FOUND', 'SCHEDULE_NOT_FOUND', 'STORAGE_FULL'],
  }),
};
