import fc from 'fast-check';
import { binOf, middleOf, quantile } from './duration-bins.js';

const durations = fc.integer({ min: 0, max: 2 ** 40 - 1 });

describe('bins of durations', () => {
  it('have a middle that is at most 1/32 from each duration in them', () => {
    fc.assert(
      fc.property(durations, (duration) => {
        expect(Math.abs(middleOf(binOf(duration)) - duration)).toBeLessThanOrEqual(duration / 32);
      }),
      { numRuns: 2_000 },
    );
  });

  it('rise with the duration, without gaps', () => {
    let last = -1;
    for (let duration = 0; duration < 5_000; duration++) {
      const bin = binOf(duration);
      expect([last, last + 1]).toContain(bin);
      last = bin;
    }
  });

  it('take whatever is no duration', () => {
    expect([binOf(-1), binOf(0.4), binOf(2 ** 60)]).toEqual([0, 0, binOf(2 ** 40)]);
  });
});

describe('quantiles', () => {
  const binned = (all: readonly number[]): Map<number, number> => {
    const bins = new Map<number, number>();
    for (const duration of all) bins.set(binOf(duration), (bins.get(binOf(duration)) ?? 0) + 1);
    return bins;
  };

  it('are within 1/32 of those of the durations themselves', () => {
    fc.assert(
      fc.property(fc.array(durations, { minLength: 1 }), fc.constantFrom(0.5, 0.95, 0.99), (all, share) => {
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? NaN;
        expect(Math.abs((quantile(binned(all), share) ?? NaN) - exact)).toBeLessThanOrEqual(exact / 32);
      }),
    );
  });

  it('of nothing are null', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(quantile(new Map([[3, 0]]), 0.5)).toBeNull();
  });
});
