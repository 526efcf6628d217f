import { AppError } from '@millrace/contracts';
import { ReadGate } from './read-gate.js';

/** Reads that go on until they are told to end. */
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

it('refuses a read when hundreds wait', async () => {
  const reads = new Reads();
  for (let index = 0; index < 204; index++) void reads.begin('greedy');
  await expect(reads.begin('greedy')).rejects.toThrow(AppError);
});

it('gives the place of a read that failed to the next one', async () => {
  const { gate } = new Reads();
  for (let index = 0; index < 20; index++)
    await expect(gate.run('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate.run('one', () => Promise.resolve('read'))).toBe('read');
});
