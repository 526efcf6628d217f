import { RANKS, SenderRecords } from './sender-records.js';

let now: number;

beforeEach(() => {
  now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

/** The cache looks at the clock once in a millisecond. */
async function pass(ms: number): Promise<void> {
  now += ms;
  await new Promise((resolve) => setTimeout(resolve, 20));
}

it('an address goes ahead for an hour after a call that was accepted', async () => {
  const records = new SenderRecords();
  expect(records.rankOf('a')).toBe(RANKS.new);
  records.accepted('a');
  await pass(59 * 60_000);
  expect([records.rankOf('a'), records.rankOf('b')]).toEqual([RANKS.known, RANKS.new]);
  await pass(2 * 60_000);
  expect(records.rankOf('a')).toBe(RANKS.new);
});

it('it goes behind for a minute after one that used up a place in vain, whatever else it sends', async () => {
  const records = new SenderRecords();
  records.accepted('a');
  records.wasted('a');
  records.accepted('a');
  await pass(59_000);
  expect(records.rankOf('a')).toBe(RANKS.suspect);
  await pass(2_000);
  expect(records.rankOf('a')).toBe(RANKS.known);
});

it('remembers so many, and forgets those that have not called for the longest time', () => {
  const records = new SenderRecords();
  for (let sender = 0; sender < 20_000; sender++) records.wasted(`sender ${sender}`);
  records.wasted('sender 0');
  records.wasted('another');
  expect(['sender 0', 'sender 1', 'sender 2', 'another'].map((sender) => records.rankOf(sender))).toEqual([
    RANKS.suspect,
    RANKS.new,
    RANKS.suspect,
    RANKS.suspect,
  ]);
});
