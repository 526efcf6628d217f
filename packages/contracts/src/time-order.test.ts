import { CROCKFORD, timeOrder } from './time-order.js';

const AT = Date.UTC(2026, 10, 28);

/** Clocks that do not go until they are moved, by nanoseconds, and what makes texts by them. */
function withClocks() {
  let nanoseconds = 0;
  let setTo = AT;
  const next = timeOrder({
    now: () => setTo + Math.floor(nanoseconds / 1e6),
    elapsed: () => 5_000 + nanoseconds / 1e6,
  });
  return {
    next,
    pass: (count: number) => (nanoseconds += count),
    set: (to: number) => (setTo = to),
  };
}

const timeOf = (text: string) => text.slice(0, 10);
/** The place within its millisecond. */
const placeOf = (text: string) =>
  [...text.slice(10, 18)].reduce((sum, digit) => sum * 32 + CROCKFORD.indexOf(digit), 0);

describe('timeOrder', () => {
  it.each([0, 1, 40])('places two texts by the time between them, whether %i others were made meanwhile', (others) => {
    const { next, pass } = withClocks();
    const first = next();
    for (let made = 0; made < others; made++) {
      pass(10);
      next();
    }
    pass(1_000 - others * 10);
    const second = next();
    expect(timeOf(second)).toBe(timeOf(first));
    expect(placeOf(second) - placeOf(first)).toBe(1_000);
  });

  it('orders texts also when no time has passed, or more than a clock can show', () => {
    const { next, pass } = withClocks();
    const texts = Array.from({ length: 200 }, (_, index) => {
      if (index % 5 === 0) pass(0.3);
      if (index % 20 === 0) pass(700_000);
      return next();
    });
    expect([...texts].sort()).toEqual(texts);
    expect(new Set(texts).size).toBe(texts.length);
    expect(new Set(texts.map(timeOf)).size).toBeGreaterThan(5);
  });

  it('goes on from where it was when the clock is set back, for as long as that takes', () => {
    const { next, pass, set } = withClocks();
    const texts = [next()];
    set(AT - 86_400_000);
    for (let hours = 0; hours < 23; hours++) {
      texts.push(next());
      pass(3_600_000_000_000);
    }
    expect([...texts].sort()).toEqual(texts);
    expect(texts.every((text) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(text))).toBe(true);
    pass(7_200_000_000_000);
    expect(next() > (texts.at(-1) ?? '')).toBe(true);
  });

  it('begins each millisecond anywhere, and ends every text at random', () => {
    const { next, pass } = withClocks();
    const texts = Array.from({ length: 500 }, () => {
      pass(1e6);
      return next();
    });
    expect(new Set(texts.map(placeOf)).size).toBeGreaterThan(495);
    expect(new Set(texts.map((text) => text.slice(18))).size).toBeGreaterThan(495);
  });
});
