import type { StepType } from '@millrace/schema';
import { counter, histogram } from '@millrace/service-kit/metrics';

const executions = counter('millrace_executions_total', 'Executions that ended here, by how they ended', ['status']);
const steps = counter('millrace_steps_total', 'Steps that got a result here', ['type', 'result']);
const retries = counter('millrace_step_retries_total', 'Attempts at steps that failed here and are made again', [
  'type',
]);
const durations = histogram('millrace_step_duration_seconds', 'Time of the attempt that gave a step its result', [
  'type',
]);
const appends = counter('millrace_journal_appends_total', 'Journal entries appended');
const replays = counter('millrace_executions_replayed_total', 'Executions taken over from their journal');
const suspensions = counter('millrace_executions_suspended_total', 'Executions that were suspended here to wait');
const fenced = counter(
  'millrace_executions_fenced_total',
  'Executions given up because another executor has taken over',
);

/** What a run counts. `startedAt` is the ISO time of the attempt's start, or null where the time is not worth measuring. */
export interface RunMetrics {
  stepEnded(type: StepType, result: 'completed' | 'failed', startedAt: string | null, now: number): void;
  /** An attempt has failed, and is made again. */
  stepRetried(type: StepType): void;
}

interface StepSeries {
  readonly completed: { inc(): void };
  readonly failed: { inc(): void };
  readonly duration: { observe(seconds: number): void };
}

const series = new Map<StepType, StepSeries>();

/** Looking a series up by its labels costs more than a pure step. */
function seriesOf(type: StepType): StepSeries {
  let found = series.get(type);
  if (found === undefined) {
    found = {
      completed: steps.labels(type, 'completed'),
      failed: steps.labels(type, 'failed'),
      duration: durations.labels(type),
    };
    series.set(type, found);
  }
  return found;
}

/** The process's counters, at /metrics. */
export const metrics = {
  stepEnded(type: StepType, result: 'completed' | 'failed', startedAt: string | null, now: number): void {
    const found = seriesOf(type);
    found[result].inc();
    if (startedAt !== null) found.duration.observe((now - Date.parse(startedAt)) / 1_000);
  },
  stepRetried: (type: StepType): void => retries.labels(type).inc(),
  executionEnded: (status: string): void => executions.labels(status).inc(),
  appended: (): void => appends.inc(),
  suspended: (): void => suspensions.inc(),
  replayed: (): void => replays.inc(),
  fenced: (): void => fenced.inc(),
} satisfies RunMetrics & Record<string, unknown>;
