import { LONGEST_PIECE, type TextMask } from './text-mask.js';

/** What takes the place of each byte. */
const MASKED = 0x2a;
/** So many bytes at the end of what is known may begin a piece that ends in what comes. */
const KEPT = LONGEST_PIECE - 1;

/**
 * Masks values, and pieces of them, in bytes as they come: each byte of them becomes an asterisk, so that a format which counts its bytes stays
 * what it is. The masks must know texts as bytes, see {@link asBytes}. Never changes what it is given.
 */
export async function* maskedBytes(
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  masks: readonly Pick<TextMask, 'find'>[],
): AsyncGenerator<Uint8Array> {
  let read = Buffer.alloc(0);
  let shown = Buffer.alloc(0);
  for await (const chunk of content) {
    const text = Buffer.concat([read, chunk]);
    const left = Buffer.concat([shown, chunk]);
    const latin = text.toString('latin1');
    for (const mask of masks) for (const [start, end] of mask.find(latin)) left.fill(MASKED, start, end);
    const until = Math.max(0, text.length - KEPT);
    if (until > 0) yield left.subarray(0, until);
    read = text.subarray(until);
    shown = left.subarray(until);
  }
  if (shown.length > 0) yield shown;
}

/** A text as its bytes in UTF-8, one character each. The same text where it is ASCII. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
