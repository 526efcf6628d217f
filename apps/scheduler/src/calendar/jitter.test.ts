import { jitterOf } from './jitter.js';

const MINUTE = 60_000;
const times = Array.from({ length: 200 }, (_, n) => n * MINUTE);
const ofAll = (schedule: string, mostMs: number) => times.map((nominal) => jitterOf(schedule, nominal, mostMs));

test('a start is put off by the same each time that somebody asks', () => {
  expect(ofAll('wf_a.0', MINUTE)).toEqual(ofAll('wf_a.0', MINUTE));
});

test('schedules that are due together, and the times of one, are put off by different times', () => {
  const [one, other] = [ofAll('wf_a.0', 10 * MINUTE), ofAll('wf_a.1', 10 * MINUTE)];
  expect(new Set([...one, ...other]).size).toBeGreaterThan(390);
  expect(one.filter((jitter, index) => jitter === other[index]).length).toBeLessThan(5);
});

test('a start is put off by no more than the most, which is possible, as not being put off is', () => {
  expect([...new Set(ofAll('wf_a.0', 2))].sort()).toEqual([0, 1, 2]);
  expect(new Set(ofAll('wf_a.0', 0))).toEqual(new Set([0]));
});
