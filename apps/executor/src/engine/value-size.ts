import { ExactNumber } from '@millrace/expression/exact';

/** What a plain value takes, in bytes. */
export interface ValueSize {
  /** As JSON text in UTF-8: exact, so that a value has the same size before and after it was recorded. */
  readonly bytes: number;
  /** About how much of the heap it takes. */
  readonly heap: number;
  /** Arrays, objects and their entries. */
  readonly values: number;
}

/** What is counted of a value in an execution. */
export type Weight = Pick<ValueSize, 'bytes' | 'heap'>;

/** A slot in its array or object, and the header of what is in it. */
const HEAP_PER_VALUE = 24;
/** Texts above this are scanned by the regular expression first, which is several times as fast for one without escapes. */
const SHORT_TEXT = 64;
/** What takes another number of bytes in JSON than in UTF-8, or may do so. */
const ESCAPED = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** The size of a plain value. Stops counting when `bytes` is above `limit`. Deep data is walked without recursion. */
export function sizeOf(value: unknown, limit: number): ValueSize {
  if (!isContainer(value)) {
    const bytes = scalarBytes(value, limit);
    return { bytes, values: 0, heap: bytes + HEAP_PER_VALUE };
  }
  let bytes = 0;
  let values = 0;
  let keys = 0;
  const pending: object[] = [value];
  for (let current = pending.pop(); current !== undefined && bytes <= limit; current = pending.pop()) {
    if (Array.isArray(current)) {
      // Brackets, and a comma between two items.
      bytes += 1 + Math.max(1, current.length);
      values += Math.max(1, current.length);
      for (let index = 0; index < current.length && bytes <= limit; index++) {
        const item: unknown = current[index];
        if (isContainer(item)) pending.push(item);
        else bytes += scalarBytes(item, limit);
      }
    } else {
      const names = Object.keys(current);
      bytes += 1 + Math.max(1, names.length);
      values += Math.max(1, names.length);
      keys += names.length;
      for (const name of names) {
        if (bytes > limit) break;
        bytes += textBytes(name, limit) + 1;
        const item = (current as Record<string, unknown>)[name];
        if (isContainer(item)) pending.push(item);
        else bytes += scalarBytes(item, limit);
      }
    }
  }
  return { bytes, values, heap: bytes + (1 + values + keys) * HEAP_PER_VALUE };
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

function scalarBytes(value: unknown, limit: number): number {
  if (typeof value === 'string') return textBytes(value, limit);
  if (typeof value === 'number') return numberBytes(value);
  if (value instanceof ExactNumber) return value.text.length;
  return value === false ? 5 : 4;
}

function numberBytes(value: number): number {
  if (value >= 0 && value < 10_000 && Number.isInteger(value)) {
    return value < 10 ? 1 : value < 100 ? 2 : value < 1_000 ? 3 : 4;
  }
  return Number.isFinite(value) ? String(value).length : 4;
}

/** The bytes of a text as JSON, quotes included; at least its length when that is above `limit`. */
function textBytes(text: string, limit: number): number {
  const { length } = text;
  if (length > limit) return length + 2;
  if (length > SHORT_TEXT && !ESCAPED.test(text)) return Buffer.byteLength(text) + 2;
  let bytes = 2;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += unit >= 0x20 && unit !== 0x22 && unit !== 0x5c ? 1 : escapeBytes(unit);
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else if (unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index++;
    } else bytes += 6;
  }
  return bytes;
}

/** `\n` and its like, quotes and backslashes take two characters, other control characters `\u0000`. */
function escapeBytes(unit: number): number {
  return unit >= 0x20 || (unit >= 0x08 && unit <= 0x0d && unit !== 0x0b) ? 2 : 6;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
