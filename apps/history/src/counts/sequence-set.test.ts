import fc from 'fast-check';
import { BLOCK_SIZE, bitsOf, blockOf, sizeOf } from './sequence-set.js';

describe('a set of sequences', () => {
  it('counts each member once, however often it is added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: BLOCK_SIZE - 1 })), (sequences) => {
        expect(sizeOf(bitsOf(sequences))).toBe(new Set(sequences).size);
      }),
    );
  });

  it('leaves out the members of another set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200)), fc.array(fc.nat(200)), (all, taken) => {
        const rest = new Set(all.filter((sequence) => !taken.includes(sequence)));
        expect(sizeOf(bitsOf(all), bitsOf(taken))).toBe(rest.size);
      }),
    );
  });

  it('uses every bit of its words', () => {
    const everything = Array.from({ length: BLOCK_SIZE }, (_, index) => index);
    expect(sizeOf(bitsOf(everything))).toBe(BLOCK_SIZE);
    expect(Object.values(bitsOf(everything)).every((word) => word === -1)).toBe(true);
  });

  it('numbers blocks far beyond 32 bits', () => {
    expect(blockOf(2 ** 48 + BLOCK_SIZE)).toBe(2 ** 36 + 1);
    expect(sizeOf(bitsOf([2 ** 48, 2 ** 48 + 1]))).toBe(2);
  });
});
