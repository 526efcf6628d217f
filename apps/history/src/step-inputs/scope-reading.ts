import type { ExecutionEvent } from '@millrace/contracts';
import type { EntryReading } from '../executions/execution-sources.js';
import { isStepEvent, type StepEvent } from '../step-runs/step-run.js';

export type Started = Extract<ExecutionEvent, { type: 'started' }>;
/** What a step can read of another one. */
export type Result = Extract<StepEvent, { type: 'step_completed' | 'step_failed' }>;
/** When a loop began, and with which attempt. */
export type Beginning = Extract<StepEvent, { type: 'step_started' }>;

/** What a step run could read when it began: its execution's start, results of steps before it, and the beginnings of the loops around it. */
export class ScopeReading implements EntryReading {
  started: Started | undefined;
  readonly results = new Map<string, Result>();
  readonly beginnings = new Map<string, Beginning>();

  /** `wanted`: paths of the results that are read; others are not kept. */
  constructor(
    private readonly path: string,
    private readonly wanted: ReadonlySet<string>,
    private readonly loops: ReadonlySet<string>,
  ) {}

  /** False at the first event of the step: the steps that it can read have their results by then, and get no others. */
  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (event.type === 'started') this.started ??= event;
      if (!isStepEvent(event)) continue;
      if (event.path === this.path) return false;
      this.#note(event);
    }
    return true;
  }

  #note(event: StepEvent): void {
    const { path } = event;
    if (event.type === 'step_started' && this.loops.has(path) && !this.beginnings.has(path))
      this.beginnings.set(path, event);
    if (!this.wanted.has(path) || this.results.has(path)) return;
    const isResult = event.type === 'step_completed' || (event.type === 'step_failed' && event.retry_at === undefined);
    if (isResult) this.results.set(path, event);
  }
}
