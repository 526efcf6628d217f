import { FairTurns } from './fair-turns.js';

it('does one piece of work at a time, of each owner in turn, and goes on after one that fails', async () => {
  const turns = new FairTurns();
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
