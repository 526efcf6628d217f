import { EXECUTION_ENDS, type ExecutionEnd, type ExecutionFigures, type FiguresOfBucket } from '@millrace/contracts';
import { quantile } from './duration-bins.js';
import { readKey } from './stats-keys.js';
import type { StatsRange } from './stats-range.js';
import type { Numbers, StatsDocument } from './stats.schema.js';

const HOUR_MS = 60 * 60_000;

/** Figures that are added up. */
class Sum {
  readonly #ends: Record<ExecutionEnd, number> = { completed: 0, failed: 0, cancelled: 0 };
  readonly #bins = new Map<number, number>();

  add(end: ExecutionEnd, bin: number, count: number): void {
    this.#ends[end] += count;
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
  }

  addAll(other: Sum): void {
    for (const end of EXECUTION_ENDS) this.#ends[end] += other.#ends[end];
    for (const [bin, count] of other.#bins) this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
  }

  view(): ExecutionFigures {
    const total = EXECUTION_ENDS.reduce((sum, end) => sum + this.#ends[end], 0);
    return { total, ...this.#ends, duration_ms: this.#durations() };
  }

  #durations(): ExecutionFigures['duration_ms'] {
    const p50 = quantile(this.#bins, 0.5);
    if (p50 === null) return null;
    return { p50, p95: quantile(this.#bins, 0.95) ?? p50, p99: quantile(this.#bins, 0.99) ?? p50 };
  }
}

/** The figures of a range, in all and by bucket. */
export class Figures {
  readonly #parts: readonly Sum[];

  constructor(private readonly range: StatsRange) {
    this.#parts = Array.from({ length: range.buckets }, () => new Sum());
  }

  add({ day, durations }: Pick<StatsDocument, 'day' | 'durations'>): void {
    const { from, width } = this.range;
    const midnight = Date.parse(day);
    for (const key in durations) {
      const read = readKey(key);
      if (read === null) continue;
      const part = this.#parts[Math.floor((midnight + read.hour * HOUR_MS - from) / width)];
      part?.add(read.end, read.bin, durations[key] ?? 0);
    }
  }

  view(): { totals: ExecutionFigures; buckets: FiguresOfBucket[] } {
    const { from, width } = this.range;
    const totals = new Sum();
    for (const part of this.#parts) totals.addAll(part);
    return {
      totals: totals.view(),
      buckets: this.#parts.map((part, at) => ({ start: new Date(from + at * width).toISOString(), ...part.view() })),
    };
  }
}

/** How many executions of a day ended that were accepted in the range. */
export function endsIn({ day, ends }: { readonly day: string; readonly ends: Numbers }, range: StatsRange): number {
  const midnight = Date.parse(day);
  let count = 0;
  for (const key in ends) {
    const time = midnight + (readKey(key)?.hour ?? NaN) * HOUR_MS;
    if (time >= range.from && time < range.to) count += ends[key] ?? 0;
  }
  return count;
}
