import { executionIdOf } from './schedule-starter.js';

const SCHEDULE = { organisation_id: 'org_a', workflow_id: 'wf_a', index: 0 };
const AT = Date.parse('2026-11-26T09:00:00Z');

test('schedules that are due together start an execution each, and each nominal time of one starts its own', () => {
  const others = [
    executionIdOf({ ...SCHEDULE, index: 1 }, AT),
    executionIdOf({ ...SCHEDULE, workflow_id: 'wf_b' }, AT),
    executionIdOf({ ...SCHEDULE, organisation_id: 'org_b' }, AT),
    executionIdOf(SCHEDULE, AT + 1_000),
  ];
  const id = executionIdOf(SCHEDULE, AT);
  expect(new Set([id, ...others]).size).toBe(5);
  // Whoever starts it: two schedulers, or one before and after it was killed.
  expect(executionIdOf({ ...SCHEDULE }, AT)).toBe(id);
});
