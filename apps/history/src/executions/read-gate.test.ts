import { AppError } from '@millrace/contracts';
import { ReadGate } from './read-gate.js';

/** Reads that go on until they are made to end. */
class Reads {
  readonly gate = new ReadGate();
  readonly running: { owner: string; end: () => void }[] = [];

  begin(owner: string): Promise<void> {
    return this.gate.run(owner, () => new Promise<void>((end) => this.running.push({ owner, end })));
  }

  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('lets few reads of large executions go on at once, and of one organisation half of them', async () => {
  const reads = new Reads();
  const all = Array.from({ length: 20 }, () => reads.begin('greedy'));
  await reads.settle();
  expect(reads.running).toHaveLength(4);
  all.push(...Array.from({ length: 20 }, (_, index) => reads.begin(`other ${index}`)));
  await reads.settle();
  expect(reads.running).toHaveLength(8);
  expect(reads.running.filter(({ owner }) => owner === 'greedy')).toHaveLength(4);
  for (let ended = 0; ended < 40; ended++) {
    reads.running.shift()?.end();
    await reads.settle();
    expect(reads.running.length).toBeLessThanOrEqual(8);
  }
  await Promise.all(all);
});

it('refuses a read when many of its organisation wait, and not those of others', async () => {
  const reads = new Reads();
  for (let index = 0; index < 24; index++) void reads.begin('greedy');
  await expect(reads.begin('greedy')).rejects.toThrow(AppError);
  void reads.begin('other');
  await reads.settle();
  expect(reads.running.map(({ owner }) => owner)).toContain('other');
});

it('refuses a read when hundreds wait', async () => {
  const reads = new Reads();
  for (let index = 0; index < 208; index++) void reads.begin(`owner ${index}`);
  await expect(reads.begin('one more')).rejects.toThrow(AppError);
});

it('begins no read, and goes on with none, whose asker has given up', async () => {
  let now = 0;
  const gate = new ReadGate(() => now);
  const done: string[] = [];
  const ends: (() => void)[] = [];
  const reads = Array.from({ length: 6 }, (_, index) =>
    gate.run('greedy', async (stillWanted) => {
      await new Promise<void>((resolve) => ends.push(resolve));
      stillWanted();
      done.push(`read ${index}`);
    }),
  );
  const outcomes = Promise.allSettled(reads);
  await new Promise((resolve) => setImmediate(resolve));
  ends[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  now = 60_000;
  for (const end of ends) end();
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', ...Array<string>(5).fill('rejected')]);
  expect(done).toEqual(['read 0']);
  // One waited no longer when the first had ended; the last one was never begun.
  expect(ends).toHaveLength(5);
});

it('gives the place of a read that failed to the next one', async () => {
  const { gate } = new Reads();
  for (let index = 0; index < 20; index++)
    await expect(gate.run('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate.run('one', () => Promise.resolve('read'))).toBe('read');
});
