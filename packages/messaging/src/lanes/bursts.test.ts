import { Bursts } from './bursts.js';

const LIMITS = { messages: 4, aSecond: 2 };

/** What each of so many messages at the same moment is. */
const many = (bursts: Bursts, organisation: string, count: number, now: number) =>
  Array.from({ length: count }, () => bursts.isPartOf(organisation, now));

test('the first messages of an organisation are no burst, and those beyond are, each for itself', () => {
  const bursts = new Bursts(LIMITS);
  expect(many(bursts, 'a', 6, 0)).toEqual([false, false, false, false, true, true]);
  expect(many(bursts, 'b', 1, 0)).toEqual([false]);
});

test('what comes steadily and not too often is never one', () => {
  const bursts = new Bursts(LIMITS);
  const steady = Array.from({ length: 1_000 }, (_, index) => bursts.isPartOf('a', index * 500));
  expect(steady).not.toContain(true);
});

test('a burst lasts until all of it is forgotten, so that nothing overtakes it, however long it was', () => {
  const bursts = new Bursts(LIMITS);
  many(bursts, 'a', 1_000, 0);
  // Twice the limit is remembered, and two are forgotten in a second.
  expect(bursts.isPartOf('a', 3_900)).toBe(true);
  expect(bursts.isPartOf('a', 4_600)).toBe(false);
});

test('organisations that are quiet again take no memory', () => {
  const bursts = new Bursts(LIMITS);
  for (let index = 0; index < 10_000; index++) many(bursts, `org_${index}`, 1 + (index % 5), index);
  expect(bursts.size).toBeLessThanOrEqual(2_600);
  bursts.isPartOf('last', 20_000);
  expect(bursts.size).toBe(1);
});
