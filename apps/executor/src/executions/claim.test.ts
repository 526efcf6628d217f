import { claimOf, type JournalState } from './claim.js';

const at = (state: JournalState['state'], generation: number): JournalState => ({ state, generation });

test('a new execution is started by its first message only', () => {
  expect(claimOf(at('new', 0), 0)).toBe('start');
  expect(claimOf(at('new', 0), 1)).toBe('pass');
});

test('an execution that has ended is passed by, whatever comes', () => {
  for (const generation of [0, 1, 2]) expect(claimOf(at('ended', 1), generation)).toBe('pass');
});

test('the message of its generation resumes a run that was lost, and arms the timer of one that was suspended', () => {
  expect(claimOf(at('begun', 3), 3)).toBe('resume');
  expect(claimOf(at('suspended', 3), 3)).toBe('arm');
});

test('an older message is passed by: it would interrupt the run of a newer one', () => {
  expect(claimOf(at('begun', 3), 2)).toBe('pass');
  expect(claimOf(at('suspended', 3), 0)).toBe('pass');
});

test('a newer message wakes, also when an old copy of the journal does not show the suspension yet', () => {
  expect(claimOf(at('suspended', 3), 4)).toBe('wake');
  expect(claimOf(at('begun', 3), 4)).toBe('wake');
});
