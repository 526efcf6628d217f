import {
  isEnd,
  LIMITS,
  type EndEvent,
  type ExecutionEvent,
  type LoopSummary,
  type StepRun,
  type StepStatus,
} from '@millrace/contracts';
import { marksOf } from '@millrace/schema';
import type { EntryReading } from '../executions/execution-sources.js';
import { placeIn } from './step-paths.js';
import { applyTo, closeOpen, isSettled, isStepEvent, newRun, type StepEvent } from './step-run.js';

/** From the best to the worst. */
const STATUSES = ['skipped', 'completed', 'waiting', 'running', 'waiting_for_retry', 'failed'] as const;

/** What is known of an iteration; times in milliseconds since the epoch. */
interface Iteration {
  /** Position in {@link STATUSES} of the worst run that has its result; -1 while none has. */
  worst: number;
  startedAt: number;
  endedAt: number;
}

/** The summary of one loop, made while the events of the execution are read: it keeps three numbers of each iteration, and paths. */
export class LoopSummaryReading implements EntryReading {
  readonly #iterations: Iteration[] = [];
  readonly #open = new Map<string, { index: number; run: StepRun }>();
  readonly #settled = new Set<string>();
  #own: StepRun | null = null;
  #items: number | null = null;
  #ended: EndEvent | null = null;

  constructor(private readonly path: string) {}

  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (isEnd(event)) {
        this.#ended = event;
        return false;
      }
      if (!isStepEvent(event)) continue;
      if (event.path === this.path) this.#applyOwn(event);
      else this.#apply(event);
    }
    return true;
  }

  /** The summary; null when no loop with this path has begun. Call it once, at the end. */
  summary(): LoopSummary | null {
    if (this.#own ? !marksOf(this.#own.type).iterates : this.#iterations.length === 0) return null;
    if (this.#ended) this.#closeOpen(this.#ended);
    const statuses = this.#statuses();
    const failed = statuses.flatMap((status, index) => (status === 'failed' ? [index] : []));
    return {
      path: this.path,
      status: this.#own?.status ?? null,
      items: this.#items,
      iterations: statuses.length,
      counts: countsOf(statuses),
      cells: cellsOf(statuses),
      failed: {
        indexes: failed.slice(0, LIMITS.loopFailedIndexes),
        more: failed.length > LIMITS.loopFailedIndexes,
      },
      slowest: this.#slowest(statuses),
    };
  }

  #applyOwn(event: StepEvent): void {
    this.#own ??= newRun(event);
    if (isSettled(this.#own)) return;
    if (event.type === 'step_completed' && Array.isArray(event.output)) this.#items = event.output.length;
    applyTo(this.#own, event);
    // The summary has no use for it, and it may be large.
    this.#own.output = null;
  }

  #apply(event: StepEvent): void {
    const place = placeIn(this.path, event.path);
    if (!place?.isNumbered || this.#settled.has(event.path)) return;
    const { index } = place;
    const { run } = this.#open.get(event.path) ?? { run: newRun(event) };
    applyTo(run, event);
    if (isSettled(run)) this.#settle(event.path, index, run);
    else {
      this.#open.set(event.path, { index, run });
      note(this.#iteration(index), run);
    }
  }

  #settle(path: string, index: number, run: StepRun): void {
    this.#open.delete(path);
    this.#settled.add(path);
    const iteration = this.#iteration(index);
    iteration.worst = Math.max(iteration.worst, STATUSES.indexOf(run.status));
    note(iteration, run);
  }

  #closeOpen(ended: EndEvent): void {
    for (const [path, { index, run }] of this.#open) {
      closeOpen(run, ended);
      this.#settle(path, index, run);
    }
    if (this.#own && !isSettled(this.#own)) closeOpen(this.#own, ended);
  }

  /** Those before it have begun, too: iterations begin in their order. */
  #iteration(index: number): Iteration {
    while (this.#iterations.length <= index)
      this.#iterations.push({ worst: -1, startedAt: Infinity, endedAt: -Infinity });
    return this.#iterations[index] as Iteration;
  }

  #statuses(): StepStatus[] {
    const worst = this.#iterations.map((iteration) => iteration.worst);
    for (const { index, run } of this.#open.values())
      worst[index] = Math.max(worst[index] ?? -1, STATUSES.indexOf(run.status));
    return worst.map((position) => STATUSES[position] ?? 'running');
  }

  #slowest(statuses: readonly StepStatus[]): LoopSummary['slowest'] {
    const unfinished = new Set([...this.#open.values()].map(({ index }) => index));
    return this.#iterations
      .map(({ startedAt, endedAt }, index) => ({ index, duration_ms: Math.max(0, endedAt - startedAt) }))
      .filter(({ index, duration_ms }) => Number.isFinite(duration_ms) && !unfinished.has(index))
      .sort((a, b) => b.duration_ms - a.duration_ms || a.index - b.index)
      .slice(0, LIMITS.loopSlowest)
      .map(({ index, duration_ms }) => ({ index, status: statuses[index] ?? 'running', duration_ms }));
  }
}

function note(iteration: Iteration, { started_at, completed_at }: StepRun): void {
  const startedAt = Date.parse(started_at ?? completed_at ?? '');
  if (startedAt < iteration.startedAt) iteration.startedAt = startedAt;
  const endedAt = Date.parse(completed_at ?? '');
  if (endedAt > iteration.endedAt) iteration.endedAt = endedAt;
}

function countsOf(statuses: readonly StepStatus[]): LoopSummary['counts'] {
  const counts = { running: 0, waiting: 0, waiting_for_retry: 0, completed: 0, failed: 0, skipped: 0 };
  for (const status of statuses) counts[status]++;
  return counts;
}

function cellsOf(statuses: readonly StepStatus[]): LoopSummary['cells'] {
  const size = Math.max(1, Math.ceil(statuses.length / LIMITS.loopCells));
  return Array.from({ length: Math.ceil(statuses.length / size) }, (_, cell) => {
    const part = statuses.slice(cell * size, (cell + 1) * size);
    const worst = Math.max(...part.map((status) => STATUSES.indexOf(status)));
    return { first: cell * size, last: cell * size + part.length - 1, status: STATUSES[worst] ?? 'running' };
  });
}
