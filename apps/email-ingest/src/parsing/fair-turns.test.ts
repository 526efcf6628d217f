import { FairTurns } from './fair-turns.js';

/** Work of owners by the first letters of their names, each of which takes as long as is said. */
function turnsOf() {
  let now = 0;
  const turns = new FairTurns(() => now);
  const done: string[] = [];
  const work = (name: string, milliseconds = 0) =>
    turns.run(name.charAt(0), async () => {
      await Promise.resolve();
      done.push(name);
      now += milliseconds;
    });
  return { turns, done, work, pass: (milliseconds: number) => (now += milliseconds) };
}

it('does one piece of work at a time, of each owner in turn, and goes on after one that fails', async () => {
  const turns = new FairTurns(() => 0);
  const done: string[] = [];
  let running = 0;
  const work = (name: string) => async () => {
    expect(++running).toBe(1);
    await Promise.resolve();
    done.push(name);
    running--;
    if (name === 'a2') throw new Error('failed');
  };
  const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) => turns.run(name.charAt(0), work(name)));
  const outcomes = await Promise.allSettled(all);
  expect(outcomes.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
  expect(done).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
});

it('gives turns by the time that they take, and no more to who had none for long', async () => {
  const { work, done } = turnsOf();
  const all = [work('a1', 2_000), work('a2', 2_000), ...['b1', 'b2', 'b3'].map((name) => work(name, 900))];
  await Promise.all([...all, work('c1', 100)]);
  expect(done).toEqual(['a1', 'b1', 'c1', 'b2', 'b3', 'a2']);
  const later = [work('d1', 10), work('d2', 10), work('b4', 10), work('d3', 10), work('b5', 10)];
  await Promise.all(later);
  expect(done.slice(6)).toEqual(['d1', 'd2', 'd3', 'b4', 'b5']);
});

it('lets who had a long turn rest, though nobody else has work just then, and wakes it', async () => {
  jest.useFakeTimers();
  try {
    const { work, done, pass } = turnsOf();
    const all = [work('a1', 9_000), work('a2')];
    await all[0];
    await work('b1');
    await work('b2');
    expect(done).toEqual(['a1', 'b1', 'b2']);
    pass(9_000);
    await jest.advanceTimersByTimeAsync(9_000);
    await Promise.all(all);
    expect(done).toEqual(['a1', 'b1', 'b2', 'a2']);
  } finally {
    jest.useRealTimers();
  }
});
