import type { ExecutionEvent } from '@millrace/contracts';
import { lostRuns } from './lost-runs.js';

const at = '2026-11-25T01:00:00.000Z';
const started: ExecutionEvent = {
  type: 'started',
  at,
  workflow_id: 'wf_1',
  version: 1,
  accepted_at: at,
  trigger: { type: 'api' },
};
const resumed: ExecutionEvent = { type: 'resumed', at, delivery: 2 };
const handedOver: ExecutionEvent = { type: 'resumed', at, delivery: 2, handed_over: true };
const intent: ExecutionEvent = { type: 'step_started', at, path: 'a', step_type: 'http', attempt: 1 };
const result: ExecutionEvent = {
  type: 'step_completed',
  at,
  path: 'a',
  step_type: 'http',
  started_at: at,
  attempt: 1,
};

test('a run whose executor died counts, whether it was the first or a later one', () => {
  expect(lostRuns([started])).toBe(1);
  expect(lostRuns([started, intent])).toBe(1);
  expect(lostRuns([started, resumed, resumed])).toBe(3);
});

test('a run that was handed over does not count, however often', () => {
  expect(lostRuns([started, handedOver])).toBe(0);
  expect(lostRuns([started, handedOver, resumed, handedOver, resumed, handedOver])).toBe(0);
  expect(lostRuns([started, resumed, handedOver, resumed])).toBe(2);
});

test('a result starts the count again', () => {
  expect(lostRuns([started, resumed, resumed, result])).toBe(1);
  expect(lostRuns([started, resumed, result, resumed])).toBe(2);
  expect(lostRuns([started, resumed, result, handedOver])).toBe(0);
});
