import { FairTurns } from './fair-turns.js';

/** Takes so many turns, one after the other, and notes each. */
async function work(turns: FairTurns, owner: string, times: number, noted: string[]): Promise<void> {
  for (let time = 0; time < times; time++) {
    await turns.take(owner);
    noted.push(owner);
  }
}

it('gives organisations turns, however many pieces of work each has', async () => {
  const turns = new FairTurns();
  const noted: string[] = [];
  const many = Array.from({ length: 20 }, () => work(turns, 'many', 10, noted));
  await work(turns, 'few', 5, noted);
  const until = noted.lastIndexOf('few');
  expect(until).toBeLessThanOrEqual(11);
  await Promise.all(many);
  expect(noted).toHaveLength(205);
});

it('lets what has come meanwhile go on between two pieces of work', async () => {
  const turns = new FairTurns();
  const noted: string[] = [];
  let isOver = false;
  const others = async (): Promise<void> => {
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      noted.push('other');
    }
  };
  const other = others();
  await Promise.all(Array.from({ length: 10 }, () => work(turns, 'many', 3, noted)));
  isOver = true;
  await other;
  expect(noted.join(' ')).not.toContain('many many');
});
