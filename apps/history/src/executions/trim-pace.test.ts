import { TrimPace } from './trim-pace.js';

const GROUP = 50;
const HOUR_MS = 3_600_000;

/** Trims what has become due in `stoppedMs` and goes on to, at `endsPerSecond` all the time; `markersPerSecond` is what NATS takes. */
function run(load: { stoppedMs: number; endsPerSecond: number; markersPerSecond: number; forMs: number }) {
  const pace = new TrimPace();
  const tookMs = (GROUP / load.markersPerSecond) * 1_000;
  let [now, trimmed, rested, mostOverdue] = [load.stoppedMs, 0, 0, 0];
  while (now < load.stoppedMs + load.forMs) {
    now += tookMs;
    trimmed += GROUP;
    const overdue = now - (trimmed / load.endsPerSecond) * 1_000;
    if (overdue <= 0) break;
    mostOverdue = Math.max(mostOverdue, overdue);
    const rest = pace.restMs(tookMs, overdue);
    now += rest;
    rested += rest;
  }
  return { restedShare: rested / (now - load.stoppedMs), mostOverdue, caughtUp: now < load.stoppedMs + load.forMs };
}

describe('the trimmer of the journal', () => {
  it('rests half of the time when it has to catch up after a stop, however long that was', () => {
    for (const stoppedMs of [60_000, HOUR_MS, 4 * HOUR_MS]) {
      const { restedShare, caughtUp } = run({ stoppedMs, endsPerSecond: 400, markersPerSecond: 4_000, forMs: 4 * HOUR_MS }); // prettier-ignore
      expect(restedShare).toBeCloseTo(0.5);
      expect(caughtUp).toBe(true);
    }
  });

  it('rests less when ends come faster than half of the time is enough for, and gets no further behind than a minute', () => {
    const { restedShare, mostOverdue } = run({ stoppedMs: HOUR_MS, endsPerSecond: 3_000, markersPerSecond: 4_000, forMs: HOUR_MS }); // prettier-ignore
    expect(mostOverdue).toBeGreaterThan(HOUR_MS + 59_000);
    expect(mostOverdue).toBeLessThan(HOUR_MS + 61_000);
    expect(restedShare).toBeGreaterThan(0.2);
    expect(restedShare).toBeLessThan(0.3);
  });

  it('rests for no longer than a second, so that a slow server does not make a batch outlive its lease', () => {
    expect(new TrimPace().restMs(5_000, 0)).toBe(1_000);
  });

  it('rests again as soon as it has made up for what it was behind', () => {
    const pace = new TrimPace();
    const overdue = [10_000, 70_000, 70_001, 9_000, 69_000, 69_001];
    expect(overdue.map((one) => pace.restMs(7, one))).toEqual([7, 7, 0, 7, 7, 0]);
  });
});
