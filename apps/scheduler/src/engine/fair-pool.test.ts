import { FairPool } from './fair-pool.js';

/** Work that ends when it is made to. */
function held(name: string, begun: string[]): { work: () => Promise<void>; end: () => void } {
  let end = () => undefined as void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    work: () => {
      begun.push(name);
      return ended;
    },
    end: () => end(),
  };
}

const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

test('an owner with much work has only so many pieces under way, and others begin at once', () => {
  const begun: string[] = [];
  const pool = new FairPool(4, 2);
  for (let n = 0; n < 100; n++) pool.add('busy', held(`busy ${n}`, begun).work);
  pool.add('quiet', held('quiet', begun).work);
  expect(begun).toEqual(['busy 0', 'busy 1', 'quiet']);
});

test('owners take turns', async () => {
  const begun: string[] = [];
  const pool = new FairPool(1, 1);
  const first = held('a 0', begun);
  pool.add('a', first.work);
  for (let n = 1; n < 4; n++) pool.add('a', async () => void begun.push(`a ${n}`));
  for (let n = 0; n < 3; n++) pool.add('b', async () => void begun.push(`b ${n}`));
  first.end();
  await pool.drained();
  expect(begun).toEqual(['a 0', 'b 0', 'a 1', 'b 1', 'a 2', 'b 2', 'a 3']);
});

test('it is drained when all work has ended', async () => {
  const begun: string[] = [];
  const pool = new FairPool(1, 1);
  const [one, two] = [held('one', begun), held('two', begun)];
  pool.add('a', one.work);
  pool.add('a', two.work);
  let drained = false;
  void pool.drained().then(() => (drained = true));
  one.end();
  await turns();
  expect([begun, drained]).toEqual([['one', 'two'], false]);
  two.end();
  await turns();
  expect(drained).toBe(true);
});
