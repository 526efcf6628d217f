import { ReferenceClock } from './reference-clock.js';

const HOUR = 60 * 60_000;
const LOOK = 10_000;

/** A clock that is followed, and one that it is followed by; both go on when `pass` is called. */
function clocks() {
  let monotonic = 500.25;
  let server = Date.parse('2026-11-29T12:00:00Z');
  const followed = new ReferenceClock(() => monotonic);
  const pass = (milliseconds: number) => {
    monotonic += milliseconds;
    server += milliseconds;
  };
  return {
    pass,
    now: () => followed.now() ?? NaN,
    /** How far the followed clock is ahead of the other one. */
    error: () => (followed.now() ?? NaN) - server,
    set: (milliseconds: number) => (server += milliseconds),
    /** The reply takes as long as it takes there and back. */
    look: (there = 0, back = 0) => {
      const asked = monotonic;
      pass(there);
      const at = server;
      pass(back);
      followed.observe({ at, asked, answered: monotonic });
    },
  };
}

test('knows no time before the first reading', () => {
  expect(new ReferenceClock().now()).toBeUndefined();
});

test('goes on between readings, and is never ahead, however long a reply takes', () => {
  const { look, pass, error } = clocks();
  look(5, 300);
  expect(error()).toBe(-300);
  pass(LOOK);
  expect(error()).toBe(-300);
  // What is known better is believed at once, and what is known worse changes nothing.
  look(300, 1);
  expect(error()).toBe(-1);
  look(300, 300);
  expect(error()).toBe(-1);
});

test('shows whole milliseconds, as what is written of it has to be', () => {
  const { look, pass, now } = clocks();
  look(0.4, 0.3);
  pass(0.1);
  expect(Number.isInteger(now())).toBe(true);
});

test('follows at once when it is behind, by less than what makes a start late', () => {
  const { look, set, error } = clocks();
  look();
  set(4_000);
  look();
  expect(error()).toBe(0);
});

test('goes slower when it is ahead, and not back', () => {
  const { look, set, pass, now, error } = clocks();
  look();
  set(-4_000);
  const times = Array.from({ length: 10 }, () => {
    look();
    pass(1_000);
    return now();
  });
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(times).size).toBe(times.length);
  expect(error()).toBe(0);
});

describe.each([HOUR, -HOUR])('a reading that is %d ms off', (by) => {
  test('is not believed when it passes', () => {
    const { look, set, pass, error } = clocks();
    look();
    set(by);
    look();
    look();
    set(-by);
    look();
    expect(error()).toBe(0);
    // Nor when another one follows later.
    set(by);
    pass(LOOK);
    look();
    expect(error()).toBe(-by);
  });

  test('is followed when it lasts', () => {
    const { look, set, error } = clocks();
    look();
    set(by);
    for (let n = 0; n < 3; n++) look();
    expect(error()).toBe(0);
  });
});

test('readings that contradict each other are not believed', () => {
  const { look, set, error } = clocks();
  look();
  for (const by of [HOUR, -2 * HOUR, 2 * HOUR, -HOUR]) {
    set(by);
    look();
  }
  expect(error()).toBe(0);
});
