import { namesOf } from './batch-names.js';

const batch = (size: number) =>
  Array.from({ length: size }, (_, index) => ({ executionId: `exec_${index}`, organisationId: 'org_1' }));

test('a batch of one execution is named as other lines about it do', () => {
  expect(namesOf(batch(1))).toEqual({ executionId: 'exec_0', organisationId: 'org_1' });
});

test('of a batch of many the first executions are named, and not more than a line can take', () => {
  expect(namesOf(batch(2))).toEqual({ executionIds: ['exec_0', 'exec_1'] });
  expect((namesOf(batch(500)) as { executionIds: string[] }).executionIds).toHaveLength(20);
});
