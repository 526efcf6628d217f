import { RefusalSamples } from './refusal-samples.js';

const NOW = 1_000 * 60_000;

test('of each address and reason one refusal in a minute is announced', () => {
  const samples = new RefusalSamples();
  expect(samples.take('org_a', 'wh_1', 'UNAUTHORIZED', NOW)).toBe(true);
  expect(samples.take('org_a', 'wh_1', 'UNAUTHORIZED', NOW + 1)).toBe(false);
  expect(samples.take('org_a', 'wh_1', 'WORKFLOW_PAUSED', NOW)).toBe(true);
  expect(samples.take('org_a', 'wh_2', 'UNAUTHORIZED', NOW)).toBe(true);
  expect(samples.take('org_a', 'wh_1', 'UNAUTHORIZED', NOW + 60_000)).toBe(true);
});

test('one organisation takes no more than its share, and all of them no more than the memory', () => {
  const samples = new RefusalSamples();
  const taken = (organisationId: string, count: number) =>
    Array.from({ length: count }, (_, n) => samples.take(organisationId, `wh_${organisationId}_${n}`, 'X', NOW)).filter(
      Boolean,
    ).length;
  expect(taken('org_a', 100)).toBe(20);
  expect(taken('org_b', 1)).toBe(1);
  const others = Array.from({ length: 600 }, (_, n) => taken(`org_${n}`, 20)).reduce((sum, count) => sum + count, 0);
  expect(others).toBe(10_000 - 21);
});
