import { newSeed, randomOf } from './seeded-random.js';

const draw = (next: () => number, count = 20): number[] => Array.from({ length: count }, () => next());
const executionId = 'exec_01kaxh3v9m0000000000000000';
const seed = 'pGq3vY0cQmS1xkz8yqYh3w';

describe('the random numbers of a step', () => {
  it('are the same again for the same seed and place, and others elsewhere', () => {
    const numbers = draw(randomOf({ executionId, seed }, 'a'));
    expect(draw(randomOf({ executionId, seed }, 'a'))).toEqual(numbers);
    expect(draw(randomOf({ executionId, seed }, 'b'))).not.toEqual(numbers);
    expect(draw(randomOf({ executionId, seed: newSeed() }, 'a'))).not.toEqual(numbers);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true);
  });

  it('cannot be derived from the id of the execution', () => {
    const source = { executionId, seed };
    expect(draw(randomOf({ ...source, executionId: 'exec_other' }, 'a'))).toEqual(draw(randomOf(source, 'a')));
    expect(draw(randomOf(source, 'a'))).not.toEqual(draw(randomOf({ executionId, seed: undefined }, 'a')));
  });

  it('stay what they were in an execution that was begun without a seed', () => {
    expect(draw(randomOf({ executionId, seed: undefined }, 'make'), 3)).toEqual([
      0.5699807754717767, 0.15159370191395283, 0.5118358060717583,
    ]);
  });

  it('come from a seed of 122 random bits, drawn anew for each execution', () => {
    const seeds = Array.from({ length: 1_000 }, newSeed);
    expect(new Set(seeds).size).toBe(seeds.length);
    const digits = seeds.map((text) => text.replaceAll('-', ''));
    // All hexadecimal digits vary but the version, and the one that holds the variant, which takes four values.
    const values = Array.from({ length: 32 }, (_, index) => new Set(digits.map((text) => text[index])).size);
    expect(values.filter((count) => count === 16)).toHaveLength(30);
    expect(values[16]).toBe(4);
  });
});
