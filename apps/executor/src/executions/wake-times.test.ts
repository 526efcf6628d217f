import { LIMITS } from '@millrace/contracts';
import { WakeTimes } from './wake-times.js';

const ORGANISATION = 'org_a';
const UNTIL = Date.UTC(2026, 10, 26, 9) + 250;
const SECOND = UNTIL - 250;
const MANY = 100;

let times: WakeTimes;
beforeEach(() => (times = new WakeTimes()));

/** Takes so many places for the same moment. */
const take = (count: number, organisation = ORGANISATION) =>
  Array.from({ length: count }, () => times.take(organisation, UNTIL));

it('wakes at the time that is waited for, as long as not too many wait for that second', () => {
  expect(new Set(take(LIMITS.wakesPerSecond))).toEqual(new Set([UNTIL]));
});

it('lets no second have more than the limit, and wakes nobody early', () => {
  const taken = take(MANY * LIMITS.wakesPerSecond);
  const inSecond = new Map<number, number>();
  for (const at of taken) inSecond.set(Math.floor(at / 1_000), (inSecond.get(Math.floor(at / 1_000)) ?? 0) + 1);
  expect(new Set(inSecond.values())).toEqual(new Set([LIMITS.wakesPerSecond]));
  expect(inSecond.size).toBe(MANY);
  expect(Math.min(...taken)).toBe(UNTIL);
  expect(Math.max(...taken)).toBeLessThan(SECOND + MANY * 1_000);
});

it('spreads those that are late over their second', () => {
  const late = take(2 * LIMITS.wakesPerSecond).slice(LIMITS.wakesPerSecond);
  expect(new Set(late).size).toBe(LIMITS.wakesPerSecond);
});

it('has room in each second for each organisation', () => {
  take(MANY * LIMITS.wakesPerSecond);
  expect(times.take('org_b', UNTIL)).toBe(UNTIL);
});
