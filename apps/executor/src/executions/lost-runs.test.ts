import { LIMITS, type ExecutionEvent } from '@millrace/contracts';
import { beforeLastClaim, lossOf, lostRuns, lostRunsInAll } from './lost-runs.js';

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

test('in all, results between them change nothing', () => {
  expect(lostRunsInAll([started, resumed, result, resumed, result])).toBe(3);
  expect(lostRunsInAll([started, handedOver, resumed, result, handedOver])).toBe(0);
});

test('an execution is given up for its losses in a row, and for those in all', () => {
  const { executionLostRuns, executionLostRunsInAll } = LIMITS;
  const lost = (count: number, event: ExecutionEvent[]) => Array.from({ length: count }, () => event).flat();
  expect(lossOf([started, ...lost(executionLostRuns - 2, [resumed])])).toBeNull();
  expect(lossOf([started, ...lost(executionLostRuns - 1, [resumed])])).toMatchObject({ lost: executionLostRuns });
  expect(lossOf([started, ...lost(executionLostRunsInAll - 2, [result, resumed])])).toBeNull();
  expect(lossOf([started, ...lost(executionLostRunsInAll - 1, [result, resumed])])).toMatchObject({
    lost: executionLostRunsInAll,
    what: 'in all',
  });
});

test('neither a suspension nor the waking after it counts as lost, however often', () => {
  const suspended: ExecutionEvent = { type: 'suspended', at, until: at };
  const woken: ExecutionEvent = { type: 'woken', at, generation: 1 };
  const waits = (count: number) => Array.from({ length: count }, () => [suspended, woken]).flat();
  expect(lostRunsInAll([started, ...waits(200), suspended])).toBe(0);
  expect(lossOf([started, ...waits(200), suspended])).toBeNull();
  expect(lostRuns([started, ...waits(200)])).toBe(1);
  // A run that dies after it was woken does.
  expect(lostRuns([started, suspended, woken, resumed])).toBe(2);
  expect(lostRunsInAll([started, resumed, suspended, woken, resumed, suspended])).toBe(2);
});

test('the claim of the run that counts is left out, whatever others have written behind it', () => {
  const aside: ExecutionEvent = { type: 'signal_received', at, signal: 'go' };
  const before = [started, intent, resumed];
  expect(beforeLastClaim([...before, resumed])).toEqual(before);
  expect(beforeLastClaim([...before, resumed, aside, aside])).toEqual(before);
  expect(beforeLastClaim([started, aside])).toEqual([]);
});
