import fc from 'fast-check';
import { parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    [90, 90_000],
    [0.25, 250],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2 h', 7_200_000],
    [' 1d ', 86_400_000],
    [0, 0],
  ])('reads %p as %p ms', (value, ms) => {
    expect(parseDuration(value)).toBe(ms);
  });

  it.each([
    [-1],
    [Number.NaN],
    [Infinity],
    [''],
    ['5'],
    ['5 parsecs'],
    ['1h30m'],
    ['-1s'],
    ['1e3s'],
    ['99999d'],
    [null],
    [true],
    [{}],
    ['{{input.t}}'],
  ])('finds none in %p', (value) => {
    expect(parseDuration(value)).toBeNull();
  });

  it('gives a number of seconds and the same as text the same meaning', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        (seconds) => parseDuration(seconds) === parseDuration(`${seconds}s`),
      ),
    );
  });
});
