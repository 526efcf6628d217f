/**
 * A set of journal sequences as bits, in blocks of {@link BLOCK_SIZE}: adding a member twice changes nothing, which is
 * what makes a count of them exact when entries are delivered again. A word holds 32 members and is missing while it has none.
 */
export type SequenceBits = Readonly<Record<string, number>>;

/** Sequences that one block covers. */
export const BLOCK_SIZE = 4_096;

/** The block of a sequence. */
export function blockOf(sequence: number): number {
  return Math.floor(sequence / BLOCK_SIZE);
}

/** The set of sequences, which must be of one block. */
export function bitsOf(sequences: readonly number[]): SequenceBits {
  const bits: Record<string, number> = {};
  for (const sequence of sequences) {
    const position = sequence % BLOCK_SIZE;
    const word = `w${position >>> 5}`;
    bits[word] = (bits[word] ?? 0) | (1 << (position & 31));
  }
  return bits;
}

/** How many members the set has, without those that are also in `except`. */
export function sizeOf(bits: SequenceBits, except: SequenceBits = {}): number {
  let size = 0;
  for (const [word, value] of Object.entries(bits)) size += ones(value & ~(except[word] ?? 0));
  return size;
}

/** The number of ones in a 32-bit word. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** An update with `$bit` that adds a set. */
export function setBits(bits: SequenceBits): Record<string, { or: number }> {
  return Object.fromEntries(Object.entries(bits).map(([word, value]) => [`bits.${word}`, { or: value }]));
}

/** An update with `$bit` that takes a set away. */
export function clearBits(bits: SequenceBits): Record<string, { and: number }> {
  return Object.fromEntries(Object.entries(bits).map(([word, value]) => [`bits.${word}`, { and: ~value }]));
}
