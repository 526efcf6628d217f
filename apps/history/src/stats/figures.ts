import type { ExecutionFigures, FiguresOfBucket } from '@millrace/contracts';
import { quantile } from './duration-bins.js';
import { ENDS, readKey, type End } from './stats-keys.js';
import type { StatsRange } from './stats-range.js';
import type { Numbers, StatsDocument } from './stats.schema.js';

const HOUR_MS = 60 * 60_000;

/** Figures that are added up. */
class Sum {
  readonly #ends: Record<End, number> = { completed: 0, failed: 0, cancelled: 0 };
  readonly #bins = new Map<number, number>();

  add(end: End, bin: number, count: number): void {
    this.#ends[end] += count;
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
  }

  view(): ExecutionFigures {
    const total = ENDS.reduce((sum, end) => sum + this.#ends[end], 0);
    return { total, ...this.#ends, duration_ms: this.#durations() };
  }

  #durations(): ExecutionFigures['duration_ms'] {
    const p50 = quantile(this.#bins, 0.5);
    if (p50 === null) return null;
    return { p50, p95: quantile(this.#bins, 0.95) ?? p50, p99: quantile(this.#bins, 0.99) ?? p50 };
  }
}

/** The figures of a range, in all and by bucket. */
export function figuresOf(
  documents: readonly Pick<StatsDocument, 'day' | 'durations'>[],
  { from, width, buckets }: StatsRange,
): { totals: ExecutionFigures; buckets: FiguresOfBucket[] } {
  const totals = new Sum();
  const parts = Array.from({ length: buckets }, () => new Sum());
  for (const { day, durations } of documents) {
    for (const [key, count] of Object.entries(durations)) {
      const read = readKey(key);
      const part = read && parts[Math.floor((timeOf(day, read.hour) - from) / width)];
      if (!read || !part) continue;
      totals.add(read.end, read.bin, count);
      part.add(read.end, read.bin, count);
    }
  }
  return {
    totals: totals.view(),
    buckets: parts.map((part, index) => ({ start: new Date(from + index * width).toISOString(), ...part.view() })),
  };
}

/** How many executions of a day ended that were accepted in the range. */
export function endsIn({ day, ends }: { readonly day: string; readonly ends: Numbers }, range: StatsRange): number {
  let count = 0;
  for (const [key, number] of Object.entries(ends)) {
    const read = readKey(key);
    const time = read === null ? NaN : timeOf(day, read.hour);
    if (time >= range.from && time < range.to) count += number;
  }
  return count;
}

function timeOf(day: string, hour: number): number {
  return Date.parse(day) + hour * HOUR_MS;
}
