import { ListSchedules, PauseSchedule, PreviewSchedule, scheduleEndpoints, TriggerSchedule } from '@millrace/contracts';

/** What the owners of schedules reply. */
export const SCHEDULE_ANSWERS: [{ readonly subject: string }, () => unknown][] = [
  [ListSchedules, () => scheduleEndpoints.list.answer.example],
  [PreviewSchedule, () => scheduleEndpoints.preview.answer.example],
  [TriggerSchedule, () => scheduleEndpoints.trigger.answer.example],
  [PauseSchedule, () => scheduleEndpoints.pause.answer.example],
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
  ];
}
