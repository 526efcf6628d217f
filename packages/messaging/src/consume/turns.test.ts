import { Turns } from './turns.js';

test('work goes on together, what has to be alone waits for it, and what comes later waits in turn', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    log.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const all = [turns.together(work('a')), turns.together(work('b')), turns.alone(work('c')), turns.together(work('d'))];
  await settled();
  expect(log).toEqual(['a', 'b']);
  ends[0]?.();
  await settled();
  expect(log).toEqual(['a', 'b']);
  ends[1]?.();
  await settled();
  expect(log).toEqual(['a', 'b', 'c']);
  ends[2]?.();
  await settled();
  expect(log).toEqual(['a', 'b', 'c', 'd']);
  ends[3]?.();
  await Promise.all(all);
});

test('work that fails gives its turn back', async () => {
  const turns = new Turns();
  await expect(turns.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turns.together(() => Promise.resolve(1))).toBe(1);
});
