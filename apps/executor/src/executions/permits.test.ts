import { Permits } from './permits.js';

test('whoever gives up waits no longer, and is left out', async () => {
  const permits = new Permits(1);
  const release = await permits.take();
  const giveUp = new AbortController();
  const left = permits.take(giveUp.signal);
  const next = permits.take();
  giveUp.abort(new Error('too late'));
  await expect(left).rejects.toThrow('too late');
  release();
  (await next)();
  await expect(permits.take(giveUp.signal)).rejects.toThrow('too late');
});

test('so many go on at the same time, and the others in their order', async () => {
  const permits = new Permits(2);
  const going: number[] = [];
  const given = await Promise.all([permits.take(), permits.take()]);
  const waiting = [3, 4].map(async (number) => {
    const release = await permits.take();
    going.push(number);
    return release;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(going).toEqual([]);
  given[0]?.();
  given[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(going).toEqual([3]);
  given[1]?.();
  for (const release of await Promise.all(waiting)) release();
  expect(going).toEqual([3, 4]);
  await Promise.all([permits.take(), permits.take()]);
});
