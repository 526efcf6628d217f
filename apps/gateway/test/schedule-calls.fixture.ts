import {
  CancelJob,
  CreateJob,
  DescribeSchedules,
  GetJob,
  jobEndpoints,
  ListJobs,
  ListLastWebhookCalls,
  ListSchedules,
  ListTriggers,
  PauseSchedule,
  PlanBackfill,
  PreviewSchedule,
  scheduleEndpoints,
  triggerEndpoints,
  TriggerSchedule,
} from '@millrace/contracts';

const { id: JOB } = jobEndpoints.get.answer.example;
const [, SCHEDULE, WEBHOOK] = triggerEndpoints.list.answer.example.triggers;

/** What the owners of schedules reply. */
export const SCHEDULE_ANSWERS: [{ readonly subject: string }, () => unknown][] = [
  [ListSchedules, () => scheduleEndpoints.list.answer.example],
  [PreviewSchedule, () => scheduleEndpoints.preview.answer.example],
  [TriggerSchedule, () => scheduleEndpoints.trigger.answer.example],
  [PauseSchedule, () => scheduleEndpoints.pause.answer.example],
  [PlanBackfill, () => ({ times: scheduleEndpoints.backfill.furtherAnswers[0].example.times })],
  [CreateJob, () => jobEndpoints.get.answer.example],
  [ListJobs, () => jobEndpoints.list.answer.example],
  [GetJob, () => jobEndpoints.get.answer.example],
  [CancelJob, () => jobEndpoints.cancel.answer.example],
  [
    ListTriggers,
    () => ({
      triggers: [SCHEDULE, WEBHOOK].map(({ workflow_id, workflow_name, type, index, webhook }) => ({
        ...{ workflow_id, workflow_name, workflow_status: 'active', type, index, webhook, email: null },
      })),
      next_cursor: null,
      has_more: false,
    }),
  ],
  [DescribeSchedules, () => ({ schedules: scheduleEndpoints.list.answer.example.schedules })],
  [ListLastWebhookCalls, () => ({ last: {} })],
];

/** A call of each endpoint of schedules. */
export function scheduleCalls(workflowId: string): [method: string, path: string, status: number, body?: string][] {
  const schedules = `/v1/workflows/${workflowId}/schedules`;
  return [
    ['POST', '/v1/schedules/preview', 200, '{"cron":"@daily","timezone":"Europe/Berlin","count":3}'],
    ['GET', `/v1/schedules?limit=5&starting_after=${workflowId}.0`, 200],
    ['GET', schedules, 200],
    ['POST', `${schedules}/0/trigger`, 202],
    ['POST', `${schedules}/0/pause`, 200],
    ['POST', `${schedules}/19/resume`, 200],
    ['POST', `${schedules}/0/backfill`, 202, '{"from":"2026-11-23T00:00:00Z","to":"2026-11-24T23:00:00+01:00"}'],
    [
      'POST',
      `${schedules}/0/backfill`,
      200,
      '{"from":"2026-11-23T00:00:00Z","to":"2026-11-24T00:00:00Z","dry_run":true}',
    ],
    ['GET', `/v1/triggers?limit=5&starting_after=${workflowId}.email.0`, 200],
    ['GET', `/v1/jobs?limit=5&starting_after=${JOB}`, 200],
    ['GET', `/v1/jobs/${JOB}`, 200],
    ['POST', `/v1/jobs/${JOB}/cancel`, 200],
  ];
}
