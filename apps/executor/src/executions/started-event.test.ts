import type { RunRequest } from '@millrace/contracts';
import { startedEvent } from './started-event.js';

const request: RunRequest = {
  execution_id: 'exec_1',
  organisation_id: 'org_1',
  workflow_id: 'wf_1',
  version: 1,
  generation: 0,
  accepted_at: '2026-11-25T01:00:00.000Z',
  trigger: { type: 'api' },
};
const seedOf = (...more: [Parameters<typeof startedEvent>[2]?]) => startedEvent(request, 0, ...more).seed;

test('an execution begins with a seed that nothing its caller gets leads to, drawn anew each time', () => {
  const seeds = Array.from({ length: 100 }, () => seedOf() ?? '');
  expect(new Set(seeds).size).toBe(seeds.length);
  expect(seeds.filter((seed) => seed.length < 32)).toEqual([]);
});

test('a replay begins with the seed of the execution that it repeats', () => {
  expect(seedOf({ seed: 'the seed before' })).toBe('the seed before');
});
