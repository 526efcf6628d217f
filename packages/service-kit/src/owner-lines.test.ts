import { OwnerLines } from './owner-lines.js';

let now = 0;
const lines = () => new OwnerLines(() => now);
const many = (of: OwnerLines, organisation: string, kind: string, count: number) =>
  Array.from({ length: count }, () => of.take(organisation, kind)).filter((line) => line !== null);

beforeEach(() => (now = 0));

test('an organisation has some lines of a kind in a minute, and the next one says how many were left out', () => {
  const of = lines();
  expect(many(of, 'org_1', 'mailbox', 100)).toEqual(Array(5).fill({ organisationId: 'org_1' }));
  now = 59_999;
  expect(many(of, 'org_1', 'mailbox', 1)).toEqual([]);
  now = 60_000;
  expect(many(of, 'org_1', 'mailbox', 2)).toEqual([
    { organisationId: 'org_1', leftOut: 96 },
    { organisationId: 'org_1' },
  ]);
});

test('it takes no lines from others, nor from what else it causes', () => {
  const of = lines();
  many(of, 'org_1', 'mailbox', 100);
  expect(many(of, 'org_2', 'mailbox', 1)).toHaveLength(1);
  expect(many(of, 'org_1', 'workflow', 1)).toHaveLength(1);
});

test('what was not said after a minute is not left out any more', () => {
  const of = lines();
  many(of, 'org_1', 'mailbox', 3);
  now = 70_000;
  expect(many(of, 'org_1', 'mailbox', 1)).toEqual([{ organisationId: 'org_1' }]);
});
