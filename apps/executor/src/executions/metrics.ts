import type { StepType } from '@millrace/schema';
import { counter, histogram } from '@millrace/service-kit/metrics';
import type { Clock } from '../clock.js';

const executions = counter('millrace_executions_total', 'Executions that ended here, by how they ended', ['status']);
const steps = counter('millrace_steps_total', 'Steps that got a result here', ['type', 'result']);
const durations = histogram('millrace_step_duration_seconds', 'Time of the attempt that gave a step its result', [
  'type',
]);
const appends = counter('millrace_journal_appends_total', 'Journal entries appended');
const replays = counter('millrace_executions_replayed_total', 'Executions taken over from their journal');
const fenced = counter(
  'millrace_executions_fenced_total',
  'Executions given up because another executor has taken over',
);

/** What a run counts. */
export interface RunMetrics {
  stepCompleted(type: StepType, startedAt: string, clock: Clock): void;
  stepFailed(type: StepType, startedAt: string, clock: Clock): void;
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
  stepCompleted(type: StepType, startedAt: string, clock: Clock): void {
    const { completed, duration } = seriesOf(type);
    completed.inc();
    duration.observe((clock.now() - Date.parse(startedAt)) / 1_000);
  },
  stepFailed(type: StepType, startedAt: string, clock: Clock): void {
    const { failed, duration } = seriesOf(type);
    failed.inc();
    duration.observe((clock.now() - Date.parse(startedAt)) / 1_000);
  },
  executionEnded: (status: string): void => executions.labels(status).inc(),
  appended: (): void => appends.inc(),
  replayed: (): void => replays.inc(),
  fenced: (): void => fenced.inc(),
} satisfies RunMetrics & Record<string, unknown>;
