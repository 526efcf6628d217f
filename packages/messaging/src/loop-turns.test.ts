import { setImmediate as turn } from 'node:timers/promises';
import { LoopTurns } from './loop-turns.js';

const AT_ONCE = 4;

/** Begins work of owners, and notes whose is begun. */
function beginner() {
  const turns = new LoopTurns({ atOnce: AT_ONCE });
  const begun: string[] = [];
  const begin = (owner: string): void =>
    turns.begin(
      () => owner,
      () => begun.push(owner),
    );
  return { begun, begin };
}

test('what is alone is begun at once', async () => {
  const { begun, begin } = beginner();
  for (let count = 1; count < 20; count++) {
    begin('a');
    expect(begun).toHaveLength(count);
    await turn();
  }
});

test('of many at once a few are begun in a turn of the event loop, and other owners do not wait behind them', async () => {
  const { begun, begin } = beginner();
  for (let count = 0; count < 100; count++) begin('a');
  expect(begun).toHaveLength(AT_ONCE);
  begin('b');
  await turn();
  expect(begun).toContain('b');
  expect(begun.length).toBeLessThan(4 * AT_ONCE);
  while (begun.length < 101) await turn();
  expect(begun.filter((owner) => owner === 'a')).toHaveLength(100);
});

test('what is begun by other work waits for its turn too', async () => {
  const turns = new LoopTurns({ atOnce: 1 });
  let begun = 0;
  const again = (): void => {
    begun++;
    if (begun < 50) turns.begin(() => 'a', again);
  };
  again();
  const before = begun;
  await turn();
  expect(begun).toBeGreaterThanOrEqual(before);
  expect(begun).toBeLessThan(10);
  while (begun < 50) await turn();
});

test('turns that pass begin nothing, and only so many of them follow one another', async () => {
  const turns = new LoopTurns({ atOnce: 1, mostPasses: 30 });
  let begun = 0;
  const add = (): void =>
    turns.begin(
      () => 'a',
      () => void begun++,
    );
  for (let count = 0; count < 20; count++) add();
  const from = begun;
  for (let passed = 0; passed < 20; passed++) {
    turns.pass();
    await turn();
  }
  expect(begun).toBe(from);
  for (let passed = 0; passed < 200; passed++) {
    turns.pass();
    await turn();
  }
  expect(begun).toBeGreaterThan(from + 3);
  expect(begun).toBeLessThan(from + 15);
  while (begun < 20) await turn();
});

test('while it is calm more is begun in a turn, and less again once turns are let pass one after another', async () => {
  const turns = new LoopTurns({ atOnce: 2, atOnceWhenCalm: 20, mostPasses: 0 });
  let begun = 0;
  const begunIn = async (count: number): Promise<number> => {
    const before = begun;
    for (let made = 0; made < count; made++)
      turns.begin(
        () => 'a',
        () => void begun++,
      );
    const now = begun - before;
    while (begun < before + count) await turn();
    await turn();
    return now;
  };
  expect(await begunIn(50)).toBe(20);
  turns.pass();
  expect(await begunIn(50)).toBe(20);
  for (let passed = 0; passed < 30; passed++) {
    turns.pass();
    await turn();
  }
  expect(await begunIn(10)).toBe(2);
  for (let calm = 0; calm < 70; calm++) await begunIn(1);
  expect(await begunIn(50)).toBe(20);
});
