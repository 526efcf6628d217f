import { untoldAfter } from './untold-events.js';
import type { WorkflowRecord } from './workflow.schema.js';

const workflow = { _id: 'wf_1', version: 3, status: 'active' } as WorkflowRecord;
const typesAfter = (changes: Parameters<typeof untoldAfter>[1], record = workflow) =>
  untoldAfter(record, changes)?.map(({ type, version }) => [type, version]);

test('a new version, a pause and a delete are announced', () => {
  expect(typesAfter({ version: 4 })).toEqual([['workflow.published', 4]]);
  expect(typesAfter({ status: 'paused' })).toEqual([['workflow.paused', 3]]);
  expect(typesAfter({ deleted_at: new Date() })).toEqual([['workflow.deleted', 3]]);
  expect(typesAfter({ version: 4, status: 'paused' })).toEqual([
    ['workflow.published', 4],
    ['workflow.paused', 4],
  ]);
});

test('what changes nothing of that is not announced', () => {
  expect(typesAfter({ status: 'active', version: 3, schedules: [] })).toBeUndefined();
  expect(typesAfter({ status: 'paused' }, { ...workflow, status: 'paused' })).toBeUndefined();
});

test('what could not be announced yet stays, and the oldest of too much goes', () => {
  const untold = Array.from({ length: 100 }, (_, version) => ({
    type: 'workflow.published' as const,
    at: new Date(),
    version,
  }));
  const after = typesAfter({ version: 101 }, { ...workflow, untold });
  expect(after).toHaveLength(100);
  expect([after?.at(0), after?.at(-1)]).toEqual([
    ['workflow.published', 1],
    ['workflow.published', 101],
  ]);
  expect(typesAfter({}, { ...workflow, untold })).toHaveLength(100);
});
