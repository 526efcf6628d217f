import type { Task } from './frames.js';
import { Holdings, openingWeight } from './holdings.js';

describe('what an execution holds', () => {
  it('is bounded in bytes of JSON, and gives back both what it takes as JSON and of the heap', () => {
    const holdings = new Holdings(100);
    holdings.add({ bytes: 60, heap: 900 });
    expect([holdings.fits(40), holdings.fits(41)]).toEqual([true, false]);
    holdings.remove({ bytes: 60, heap: 900 });
    expect([holdings.bytes, holdings.heap, holdings.fits(100)]).toEqual([0, 0, true]);
  });

  it('counts the iterations that run beside each other, with the results that each copies', () => {
    const task = (results: number): Task => {
      const steps = Object.fromEntries(Array.from({ length: results }, (_, index) => [`s${index}`, {}]));
      return { scope: { steps }, step: { blocks: [] } } as unknown as Task;
    };
    const items = Array.from({ length: 100 }, () => 1);
    const weigh = (concurrency: number, results = 0) =>
      openingWeight(task(results), { kind: 'loop', items, concurrency, continueOnError: false }, Infinity);
    const [one, ten, all] = [weigh(1), weigh(10), weigh(1_000)];
    // Nine further frames, and ninety.
    expect(all.bytes - ten.bytes).toBe(10 * (ten.bytes - one.bytes));
    expect(all.heap - ten.heap).toBe(10 * (ten.heap - one.heap));
    expect(ten.heap).toBeGreaterThan(one.heap);
    expect(ten.bytes).toBeGreaterThan(one.bytes);
    expect(weigh(10, 500).heap).toBeGreaterThan(10 * 500);
  });
});
