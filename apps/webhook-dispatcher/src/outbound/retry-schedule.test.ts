import { delayAfter, retryAfter } from './retry-schedule.js';

const NOW = Date.parse('2026-11-26T09:00:00Z');
const MINUTE = 60_000;

test('ten attempts are made over three days, and then none', () => {
  const middle = Array.from({ length: 10 }, (_, index) => delayAfter(index + 1, 0.5, null));
  const hours = [2, 5, 10, 14, 20, 24].map((count) => count * 60 * MINUTE);
  expect(middle).toEqual([5_000, 5 * MINUTE, 30 * MINUTE, ...hours, null]);
  expect([delayAfter(1, 0, null), delayAfter(1, 1, null)]).toEqual([4_000, 6_000]);
});

test('an endpoint is left alone for as long as it asks, up to a day, and never for less than planned', () => {
  expect(delayAfter(1, 0.5, 60_000)).toBe(60_000);
  expect(delayAfter(2, 0.5, 1_000)).toBe(5 * MINUTE);
  expect(delayAfter(1, 0.5, 10 ** 12)).toBe(24 * 60 * MINUTE);
  expect(delayAfter(10, 0.5, 60_000)).toBeNull();
});

test.each([
  ['120', 120_000],
  [' 5 ', 5_000],
  ['Thu, 26 Nov 2026 09:01:00 GMT', 60_000],
  ['Thu, 26 Nov 2026 08:00:00 GMT', 0],
  ['99999999999999', 99_999_999_999_999_000],
  ['soon', null],
  ['9'.repeat(100), null],
  [undefined, null],
])('Retry-After: %s is %s ms', (value, expected) => {
  expect(retryAfter(value, NOW)).toBe(expected);
});
