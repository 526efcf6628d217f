import { stringifyJson } from '@millrace/expression/exact';
import { configOf, planOf } from './schedule-plan.js';

test('the input of a schedule keeps all digits of its numbers', () => {
  const input = '{"id":9007199254740993,"rate":0.1234567890123456789,"count":3}';
  expect(stringifyJson(configOf(`{"interval":"1h","input":${input}}`)?.input)).toBe(input);
});

test('a schedule is late, and is put off, as its config says; two of a workflow are put off by different times', () => {
  const config = JSON.stringify({ interval: '1m', jitter: '5s', catch_up: 'all', catch_up_window: '2h' });
  const [one, other] = [0, 1].map((index) =>
    planOf({ workflow_id: 'wf_a', index }, config, '2026-01-01T00:00:00.000Z'),
  );
  expect(one).toMatchObject({ policy: 'all', windowMs: 7_200_000, mostJitterMs: 5_000 });
  const jitters = (plan = one) => Array.from({ length: 50 }, (_, n) => plan?.jitter(n * 60_000) ?? -1);
  expect(Math.min(...jitters())).toBeGreaterThanOrEqual(0);
  expect(Math.max(...jitters())).toBeLessThanOrEqual(5_000);
  expect(new Set(jitters()).size).toBeGreaterThan(40);
  expect(jitters(other)).not.toEqual(jitters());
});
