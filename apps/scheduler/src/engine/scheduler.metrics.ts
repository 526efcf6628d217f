import { counter, counterFromZero, histogram } from '@millrace/service-kit/metrics';

/** Executions that were started at a nominal time, by this process. */
export const startsTotal = counter('millrace_schedule_starts_total', 'Executions started by schedules');

/** Nominal times without an execution. */
export const notStarted = counterFromZero(
  'millrace_schedule_not_started_total',
  'Nominal times of schedules at which nothing was started, by what became of them: missed, skipped or refused',
  'outcome',
  ['missed', 'skipped', 'refused'],
);

/** How late starts are. */
export const startLag = histogram(
  'millrace_schedule_start_lag_seconds',
  'Time from when a start was due to when it was accepted',
);
