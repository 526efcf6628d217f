import { isEnd, type EndEvent, type ExecutionEvent, type StepRun, type StepRunDetail } from '@millrace/contracts';
import { AnswerValues } from '../executions/answer-values.js';
import type { EntryReading } from '../executions/execution-sources.js';
import { applyTo, closeOpen, isSettled, isStepEvent, newRun, type StepEvent } from './step-run.js';

/** What was evaluated for the last attempt of a step, and when. */
export interface LastAttempt {
  readonly workflowId: string;
  readonly version: number;
  /** That a test runs in the place of the version. */
  readonly document: string | undefined;
  /** ISO time. */
  readonly startedAt: string;
}

type Attempt = StepRunDetail['attempt_log'][number];

/** One step run with its attempts, made while the events of the execution are read. */
export class StepDetail implements EntryReading {
  readonly #values: AnswerValues;
  /** By their numbers; a step has few. One that was begun again after a crash is the same one. */
  readonly #attempts = new Map<number, Attempt>();
  #run: StepRun | undefined;
  #origin: Pick<LastAttempt, 'workflowId' | 'version' | 'document'> | undefined;
  #startedAt: string | undefined;

  constructor(
    executionId: string,
    private readonly path: string,
  ) {
    this.#values = new AnswerValues(executionId);
  }

  /** False once the step has its result, which is final, or the execution has ended. */
  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (event.type === 'started') this.#origin ??= originOf(event);
      if (isEnd(event)) {
        this.#close(event);
        return false;
      }
      if (!isStepEvent(event) || event.path !== this.path) continue;
      const run = (this.#run ??= newRun(event));
      this.#note(event);
      applyTo(run, event.type === 'step_completed' ? { ...event, ...this.#values.stepOutput(event) } : event);
      if (isSettled(run)) return false;
    }
    return true;
  }

  /** Null when none of the events was about it. */
  detail(): StepRunDetail | null {
    if (!this.#run) return null;
    const log = [...this.#attempts.values()].sort((one, other) => one.n - other.n);
    return { ...this.#run, attempt_log: log };
  }

  /** Null while there is none. */
  get lastAttempt(): LastAttempt | null {
    const origin = this.#origin;
    const startedAt = this.#startedAt;
    return origin && startedAt !== undefined ? { ...origin, startedAt } : null;
  }

  #note(event: StepEvent): void {
    if (event.type === 'step_skipped') return;
    const { attempt: n } = event;
    const started_at = event.type === 'step_started' ? event.at : event.started_at;
    this.#startedAt = started_at;
    const attempt = this.#attempts.get(n) ?? { n, started_at, completed_at: null, error: null };
    this.#attempts.set(n, attempt);
    if (event.type !== 'step_completed' && event.type !== 'step_failed') return;
    attempt.completed_at = event.at;
    attempt.error = event.type === 'step_failed' ? event.error : null;
  }

  /** The end of the execution stops what is open. */
  #close(ended: EndEvent): void {
    if (!this.#run) return;
    closeOpen(this.#run, ended);
    for (const attempt of this.#attempts.values()) {
      if (attempt.completed_at !== null) continue;
      attempt.completed_at = ended.at;
      attempt.error = this.#run.error;
    }
  }
}

function originOf({ workflow_id: workflowId, version, test }: Extract<ExecutionEvent, { type: 'started' }>) {
  return { workflowId, version, document: test?.document };
}
