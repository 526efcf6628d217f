import { LIMITS } from '@millrace/contracts';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { EndedWait, Wait } from '../steps/step-handler.js';
import type { RunContext } from './run-context.js';
import type { StepRecorder } from './step-recorder.js';
import { stepTimeout } from './step-timeout.js';
import type { Timers } from './timers.js';

type Outcome = (ended: EndedWait) => unknown;

/**
 * Steps that wait. A long wait is recorded when it begins, so that the execution can be suspended over it; a short one is
 * not, and keeps the execution in its process. While the process has the execution, both end by a timer of it.
 */
export class StepWaits {
  readonly #cancels = new Map<Task, () => void>();

  constructor(
    private readonly context: Pick<RunContext, 'clock' | 'startedAt'>,
    private readonly record: Pick<StepRecorder, 'started' | 'waiting' | 'completed' | 'attemptFailed'>,
    private readonly timers: Timers,
    /** Told when a wait has ended, later than it began. */
    private readonly onEnded: () => void,
  ) {}

  /** A step begins to wait. `startedAt` is the ISO time of this attempt. */
  begin(task: Task, startedAt: string, { until, waitsFor }: Wait, outcome: Outcome): void {
    const left = until - this.context.clock.now();
    if (left <= 0) return this.record.completed(task, startedAt, outcome({ until }));
    if (until > this.#latest()) return this.record.attemptFailed(task, startedAt, this.#tooLong(until));
    if (left <= LIMITS.waitInProcessMs) this.record.started(task, startedAt);
    else this.record.waiting(task, startedAt, { waitsFor, until: isoTime(until) });
    this.#await(task, until, outcome);
  }

  /** Goes on with a wait that the journal has. */
  goOn(task: Task, outcome: Outcome): void {
    this.#await(task, task.waitsUntil === null ? Infinity : Date.parse(task.waitsUntil), outcome);
  }

  /** Nobody waits for the step any more. */
  abort(task: Task): void {
    this.#cancels.get(task)?.();
    this.#cancels.delete(task);
  }

  #await(task: Task, until: number, outcome: Outcome): void {
    const startedAt = task.startedAt ?? '';
    const { timeoutMs } = task.step;
    const timeoutAt = timeoutMs === null ? Infinity : Date.parse(startedAt) + timeoutMs;
    const end = Math.min(until, timeoutAt);
    if (end === Infinity) return;
    const cancel = this.timers.at(end, () => {
      this.#cancels.delete(task);
      if (timeoutMs !== null && timeoutAt < until) this.record.attemptFailed(task, startedAt, stepTimeout(timeoutMs));
      else this.record.completed(task, startedAt, outcome({ until }));
      this.onEnded();
    });
    this.#cancels.set(task, cancel);
  }

  /** The journal is what a suspended execution is woken from: it must not have dropped the beginning by then. */
  #latest(): number {
    return Date.parse(this.context.startedAt) + LIMITS.executionWaitMs;
  }

  #tooLong(until: number): StepFailure {
    const latest = isoTime(this.#latest());
    const message = `The wait would end at ${isoTime(until)}, but an execution can wait until ${latest} at the latest: ${LIMITS.executionWaitMs / 86_400_000} days after its start`;
    return new StepFailure('WAIT_TOO_LONG', message, { details: { until: isoTime(until), latest } });
  }
}
