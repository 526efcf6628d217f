import type { JobAccepted } from '@millrace/contracts';
import type { ApiClient } from './api.js';

const HOUR_MS = 60 * 60 * 1_000;

/** What a backfill is asked for: an hour that is over. */
export function aPastHour(): { from: string; to: string } {
  const now = Date.now();
  return { from: new Date(now - 2 * HOUR_MS).toISOString(), to: new Date(now - HOUR_MS).toISOString() };
}

/** The id of a job of the organisation: one that starts nothing. */
export async function aJob(api: ApiClient): Promise<string> {
  const trigger = { type: 'schedule', config: { cron: '@yearly' } };
  const { id } = await api.create({ name: 'Yearly', trigger, steps: [{ id: 'end', type: 'stop' }] });
  const range = { json: aPastHour() };
  return (await api.expect<JobAccepted>(202, 'POST', `/workflows/${id}/schedules/0/backfill`, range)).job_id;
}
