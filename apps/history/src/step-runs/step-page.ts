import { isEnd, LIMITS, type EndEvent, type ExecutionEvent, type StepRun, type StepStatus } from '@millrace/contracts';
import { shownOrReferred, stepOutputHref } from '../executions/answer-values.js';
import type { EntryReading } from '../executions/execution-sources.js';
import { StepOrder } from './step-order.js';
import { placeIn } from './step-paths.js';
import { applyTo, closeOpen, isSettled, isStepEvent, newRun, type StepEvent } from './step-run.js';

/** Which step runs a page is to have. */
export interface StepPageQuery {
  readonly parent?: string | undefined;
  readonly statuses?: readonly StepStatus[] | undefined;
  readonly from_index?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly limit: number;
}

/** The place of a step run in the order of pages: iteration, start (milliseconds since the epoch), first event, depth. */
type Place = readonly [index: number, startedAt: number, firstSeen: number, depth: number];

interface Kept {
  readonly place: Place;
  readonly run: StepRun;
  /** Of the output that is in `run`. */
  bytes: number;
}

/**
 * One page of step runs, made while the events of the execution are read: of all others only the paths are kept. A place is known with
 * the first event of a run and never changes, so that what is behind a full page may be forgotten.
 */
export class StepPage implements EntryReading {
  readonly #order = new StepOrder();
  /** Runs that need no look any more: before or behind the page, of another status, or kept with their results. */
  readonly #done = new Set<string>();
  readonly #open = new Map<string, { place: Place; run: StepRun }>();
  /** In their order; one more than a page, which shows that there are more. */
  readonly #kept: Kept[] = [];
  #keptBytes = 0;
  readonly #after: Place | null;
  #ended: EndEvent | null = null;

  constructor(
    private readonly executionId: string,
    private readonly query: StepPageQuery,
  ) {
    this.#after = query.starting_after === undefined ? null : placeOfCursor(query.starting_after);
  }

  add({ events }: { readonly events: readonly ExecutionEvent[] }): boolean {
    for (const event of events) {
      if (isEnd(event)) {
        this.#ended = event;
        return false;
      }
      if (isStepEvent(event)) this.#apply(event);
    }
    return true;
  }

  /** How many step runs it has in memory, of these those that have not ended, and the bytes of their outputs. */
  get held(): { readonly runs: number; readonly open: number; readonly outputBytes: number } {
    return { runs: this.#kept.length, open: this.#open.size, outputBytes: this.#keptBytes };
  }

  /** The page. Call it once, at the end. */
  page(): { steps: StepRun[]; next_cursor: string | null; has_more: boolean } {
    for (const { place, run } of this.#open.values()) {
      if (this.#ended) closeOpen(run, this.#ended);
      this.#keep(place, run);
    }
    const { limit } = this.query;
    const page = this.#kept.slice(0, limit);
    const hasMore = this.#kept.length > limit;
    return {
      steps: page.map(({ run }) => run),
      next_cursor: hasMore ? (page.at(-1)?.place.join('-') ?? null) : null,
      has_more: hasMore,
    };
  }

  #apply(event: StepEvent): void {
    const { path } = event;
    const index = this.#indexOf(path);
    if (index === null) return;
    this.#order.see(path);
    if (this.#done.has(path)) return;
    const known = this.#open.get(path)?.run;
    const run = known ?? newRun(event);
    applyTo(run, event);
    const place = this.#open.get(path)?.place ?? this.#placeOf(run, index);
    if (this.#isOutside(place)) this.#forget(path);
    else if (!isSettled(run)) this.#open.set(path, { place, run });
    else {
      this.#forget(path);
      this.#keep(place, run);
    }
  }

  #forget(path: string): void {
    this.#open.delete(path);
    this.#done.add(path);
  }

  /** The iteration of a run that the page is about; null for another run. */
  #indexOf(path: string): number | null {
    const { parent, from_index = 0 } = this.query;
    if (parent === undefined) return 0;
    const index = placeIn(parent, path)?.index ?? -1;
    return index < from_index ? null : index;
  }

  #placeOf(run: StepRun, index: number): Place {
    const startedAt = run.started_at ?? run.completed_at ?? '';
    const { firstSeen, depth } = this.#order.rank(run.path, startedAt);
    return [index, Math.max(0, Date.parse(startedAt)) || 0, firstSeen, depth];
  }

  #isOutside(place: Place): boolean {
    if (this.#after && compare(place, this.#after) <= 0) return true;
    const last = this.#kept.length > this.query.limit ? this.#kept.at(-1) : undefined;
    return last !== undefined && compare(place, last.place) > 0;
  }

  #keep(place: Place, run: StepRun): void {
    const { statuses, limit } = this.query;
    if (statuses && !statuses.includes(run.status)) return;
    const at = this.#kept.findIndex((one) => compare(place, one.place) < 0);
    if (at < 0 && this.#kept.length > limit) return;
    const kept = { place, run, bytes: this.#refer(run, LIMITS.answerValueBytes) };
    this.#kept.splice(at < 0 ? this.#kept.length : at, 0, kept);
    this.#keptBytes += kept.bytes;
    if (this.#kept.length > limit + 1) this.#keptBytes -= this.#kept.pop()?.bytes ?? 0;
    this.#shrink();
  }

  /** What is too much for one answer is taken from the end: its outputs become references. */
  #shrink(): void {
    for (let at = this.#kept.length - 1; at >= 0 && this.#keptBytes > LIMITS.answerBytes; at--) {
      const one = this.#kept[at] as Kept;
      this.#keptBytes -= one.bytes;
      one.bytes = this.#refer(one.run, 0);
      this.#keptBytes += one.bytes;
    }
  }

  /** Puts a reference in the place of an output above `limit` bytes; returns the bytes that are left. */
  #refer(run: StepRun, limit: number): number {
    const { ref, bytes } = shownOrReferred(run.output, limit, stepOutputHref(this.executionId, run.path));
    if (!ref) return bytes;
    run.output = null;
    run.output_ref = ref;
    return 0;
  }
}

function compare(a: Place, b: Place): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/** The place that a cursor names; its form was checked where it came in. */
function placeOfCursor(cursor: string): Place {
  const [index = 0, startedAt = 0, firstSeen = 0, depth = 0] = cursor.split('-').map(Number);
  return [index, startedAt, firstSeen, depth];
}
