import { RANKS, SenderRecords } from './sender-records.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('an address goes ahead for an hour after a call that was accepted', () => {
  const records = new SenderRecords();
  expect(records.rankOf('a')).toBe(RANKS.new);
  records.accepted('a');
  jest.advanceTimersByTime(59 * 60_000);
  expect([records.rankOf('a'), records.rankOf('b')]).toEqual([RANKS.known, RANKS.new]);
  jest.advanceTimersByTime(2 * 60_000);
  expect(records.rankOf('a')).toBe(RANKS.new);
});

it('it goes behind for a minute after one that was refused, whatever else it sends', () => {
  const records = new SenderRecords();
  records.accepted('a');
  records.refused('a');
  records.accepted('a');
  jest.advanceTimersByTime(59_000);
  expect(records.rankOf('a')).toBe(RANKS.suspect);
  jest.advanceTimersByTime(2_000);
  expect(records.rankOf('a')).toBe(RANKS.known);
});

it('remembers so many, and forgets those that have not called for the longest time', () => {
  const records = new SenderRecords();
  for (let sender = 0; sender < 20_000; sender++) records.refused(`sender ${sender}`);
  records.refused('sender 0');
  records.refused('another');
  expect(['sender 0', 'sender 1', 'sender 2', 'another'].map((sender) => records.rankOf(sender))).toEqual([
    RANKS.suspect,
    RANKS.new,
    RANKS.suspect,
    RANKS.suspect,
  ]);
});
