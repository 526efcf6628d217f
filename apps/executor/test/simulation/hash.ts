import { fnv1a } from '@millrace/contracts';

/** A number from 0 to 2^32-1 that depends on all of the text. */
export function hash(text: string): number {
  let value = fnv1a(text);
  value ^= value >>> 16;
  value = Math.imul(value, 0x45d9f3b);
  return (value ^ (value >>> 16)) >>> 0;
}
