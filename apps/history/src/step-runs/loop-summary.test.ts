import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { LoopSummaryReading } from './loop-summary.js';

const at = (milliseconds: number) => new Date(Date.UTC(2026, 0, 1) + milliseconds).toISOString();
const base = (path: string, from: number) => ({ path, step_type: 'http', attempt: 1, started_at: at(from) });

const completed = (path: string, from: number, to: number): ExecutionEvent => ({
  type: 'step_completed',
  at: at(to),
  ...base(path, from),
});
const failed = (path: string, from: number, to: number, retryAt?: string): ExecutionEvent => ({
  type: 'step_failed',
  at: at(to),
  ...base(path, from),
  error: { code: 'STEP_FAILED', message: 'no' },
  ...(retryAt === undefined ? {} : { retry_at: retryAt }),
});
const started = (path: string, from: number): ExecutionEvent => ({
  type: 'step_started',
  ...base(path, from),
  at: at(from),
});
const skipped = (path: string): ExecutionEvent => ({ type: 'step_skipped', at: at(1), path, step_type: 'http' });

function summaryOf(path: string, events: readonly ExecutionEvent[]) {
  const reading = new LoopSummaryReading(path);
  reading.add({ events });
  return reading.summary();
}

describe('the summary of a loop', () => {
  it('gives each iteration the worst status of its own steps', () => {
    const summary = summaryOf('each', [
      completed('each[0].a', 0, 5),
      skipped('each[0].b'),
      skipped('each[1].a'),
      completed('each[2].a', 0, 1),
      started('each[2].b', 2),
      failed('each[3].a', 0, 30),
      completed('each[3].b', 30, 40),
      failed('each[4].a', 0, 1, at(100)),
      // Of a loop inside: what it does not catch fails its own run, which is a step of the iteration.
      failed('each[0].inner[0].x', 0, 1),
      completed('other[0].a', 0, 1),
    ]);
    expect(summary).toMatchObject({
      path: 'each',
      status: null,
      items: null,
      iterations: 5,
      counts: { running: 1, waiting: 0, waiting_for_retry: 1, completed: 1, failed: 1, skipped: 1 },
      failed: { indexes: [3], more: false },
    });
    expect(summary?.cells.map(({ status }) => status)).toEqual([
      'completed',
      'skipped',
      'running',
      'failed',
      'waiting_for_retry',
    ]);
    expect(summary?.slowest.slice(0, 2)).toEqual([
      { index: 3, status: 'failed', duration_ms: 40 },
      { index: 0, status: 'completed', duration_ms: 5 },
    ]);
  });

  it('ends with the execution: what ran then has failed', () => {
    const end: ExecutionEvent = { type: 'cancelled', at: at(50) };
    const summary = summaryOf('each', [started('each[0].a', 10), end]);
    expect(summary).toMatchObject({ counts: { failed: 1, running: 0 }, slowest: [{ index: 0, duration_ms: 40 }] });
  });

  it('is bounded for ten thousand iterations, in cells that have all of them', () => {
    const iterations = 10_000;
    const events = Array.from({ length: iterations }, (_, index) =>
      index % 5 === 0 ? failed(`each[${index}].a`, 0, index) : completed(`each[${index}].a`, 0, index),
    );
    const loop = { ...base('each', 0), step_type: 'loop', output: new Array(iterations).fill(null) };
    const summary = summaryOf('each', [...events, { type: 'step_completed', at: at(1), ...loop }]);
    expect(summary).toMatchObject({ status: 'completed', items: iterations, iterations, counts: { failed: 2_000 } });
    expect(summary?.cells.length).toBeLessThanOrEqual(LIMITS.loopCells);
    let next = 0;
    for (const { first, last } of summary?.cells ?? []) {
      expect(first).toBe(next);
      next = last + 1;
    }
    expect(next).toBe(iterations);
    expect(summary?.failed.indexes.length).toBe(LIMITS.loopFailedIndexes);
    expect(summary?.failed.more).toBe(true);
    expect(summary?.slowest.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, at) => 9_999 - at));
  });

  it('is none of what is no loop', () => {
    expect(summaryOf('each', [completed('other[0].a', 0, 1)])).toBeNull();
    expect(summaryOf('call', [completed('call', 0, 1)])).toBeNull();
    const parallel = { ...base('both', 0), step_type: 'parallel' };
    expect(
      summaryOf('both', [completed('both[0].a', 0, 1), { type: 'step_completed', at: at(1), ...parallel }]),
    ).toBeNull();
  });
});
