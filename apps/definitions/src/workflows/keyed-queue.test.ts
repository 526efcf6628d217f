import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedQueue, QueueFull } from './keyed-queue.js';

describe('KeyedQueue', () => {
  it('runs work of one key in order and never together, and other keys beside it', async () => {
    const queue = new KeyedQueue(10);
    const log: string[] = [];
    const work = (name: string, milliseconds: number) => async () => {
      log.push(`${name} begins`);
      await sleep(milliseconds);
      log.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([
      queue.run('a', work('a1', 30)),
      queue.run('a', work('a2', 0)),
      queue.run('b', work('b1', 0)),
    ]);
    expect(results).toEqual(['a1', 'a2', 'b1']);
    expect(log).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
  });

  it('goes on after a failure and keeps nothing', async () => {
    const queue = new KeyedQueue(10);
    const failing = queue.run('a', () => Promise.reject(new Error('broken')));
    const next = queue.run('a', () => Promise.resolve(2));
    await expect(failing).rejects.toThrow('broken');
    await expect(next).resolves.toBe(2);
    expect(queue.size).toBe(0);
  });

  it('refuses what is too much for one key, and takes more when some is done', async () => {
    const queue = new KeyedQueue(2);
    const ends: (() => void)[] = [];
    const work = () => new Promise<void>((resolve) => ends.push(resolve));
    const first = queue.run('a', work);
    const second = queue.run('a', work);
    await expect(queue.run('a', work)).rejects.toThrow(QueueFull);
    const other = queue.run('b', work);
    await sleep(0);
    ends.forEach((end) => end());
    await Promise.all([first, other]);
    await sleep(0);
    const third = queue.run('a', work);
    ends.forEach((end) => end());
    await second;
    await sleep(0);
    ends.forEach((end) => end());
    await third;
    await sleep(0);
    expect(queue.size).toBe(0);
  });
});
