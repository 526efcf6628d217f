import { FNV_OFFSET, fnv1aStep } from '@millrace/expression/fnv1a';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

/** What bounds a JSON text before it is parsed. */
export interface JsonBounds {
  /** Levels of nesting. */
  readonly depth: number;
  /** Arrays, objects and their entries. */
  readonly values: number;
  /** Different names of members, about: a tenth more may pass unnoticed. Each costs the parser many times a repeated one. */
  readonly names: number;
  /** Characters of one number; each costs the parser as much as many values. As many as there are by default. */
  readonly digits?: number;
}

/** A bound that is exceeded, and the byte at which. */
export interface JsonExcess {
  readonly bound: keyof JsonBounds;
  readonly at: number;
}

/** What several texts that belong together, as the parts of a form, have had so far, so that one bound holds for them all. */
export class JsonTally {
  values = 0;
  readonly names = new DistinctNames();
  /** Numbers that a double would change: counted by whoever parses the texts. */
  exactNumbers = 0;
}

/** The bound that JSON text exceeds, or null: see {@link jsonExcess}. */
export function exceededJsonBound(body: Uint8Array, bounds: JsonBounds): keyof JsonBounds | null {
  return jsonExcess(body, bounds)?.bound ?? null;
}

/**
 * The bound that JSON text (UTF-8) exceeds first, and where, or null. Reads the bytes once, before the parser: a text of brackets alone
 * would otherwise cost a deep recursion in the code that walks the parsed value, and up to 30 times its size in memory.
 */
export function jsonExcess(body: Uint8Array, bounds: JsonBounds, tally?: JsonTally): JsonExcess | null {
  if (tally === undefined && isWithoutDoubt(body, bounds)) return null;
  const sums = tally ?? new JsonTally();
  const { names } = sums;
  const { digits = Infinity } = bounds;
  let depth = 0;
  let hash = 0;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    if (byte === QUOTE) {
      const start = index + 1;
      hash = hashOf(body, start);
      index = endOfString(body, start);
    } else if (byte === COLON) {
      if (names.add(hash) > bounds.names) return { bound: 'names', at: index };
    } else if (byte === COMMA) {
      if (++sums.values > bounds.values) return { bound: 'values', at: index };
    } else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      if (++depth > bounds.depth) return { bound: 'depth', at: index };
      if (++sums.values > bounds.values) return { bound: 'values', at: index };
    } else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (isDigit(byte)) {
      const start = index;
      index = endOfNumber(body, start) - 1;
      if (index - start >= digits) return { bound: 'digits', at: start };
    }
  }
  return null;
}

/** Most texts are too short for too many values, and have fewer brackets than levels are allowed, and no long number, wherever they are. */
function isWithoutDoubt(body: Uint8Array, { depth, values, names, digits = Infinity }: JsonBounds): boolean {
  if (body.length > Math.min(values, names) || mayHoldLongNumber(body, digits)) return false;
  let opening = 0;
  for (let index = 0; index < body.length; index++) {
    // The two differ in this bit alone.
    if (((body[index] as number) | 0x20) === OPENING_BRACE && ++opening > depth) return false;
  }
  return true;
}

/** A longer number has one of its characters at each place that is looked at. */
function mayHoldLongNumber(body: Uint8Array, digits: number): boolean {
  for (let at = digits; at < body.length; at += digits) {
    let start = at;
    while (start > 0 && isOfNumber(body[start - 1])) start--;
    if (endOfNumber(body, at) - start > digits) return true;
  }
  return false;
}

/** Where what looks like a number ends that goes on at `start`. */
function endOfNumber(body: Uint8Array, start: number): number {
  let end = start;
  while (isOfNumber(body[end])) end++;
  return end;
}

/** Digits, point, signs, and the letter of an exponent. */
function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || byte === 0x2e || byte === 0x2b || byte === 0x2d || (byte | 0x20) === 0x65;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Where the string that begins at `start` ends: the position of its closing quote, or the end of the text. */
function endOfString(body: Uint8Array, start: number): number {
  for (let index = start; index < start + HASHED_BYTES; index++) {
    if (body[index] === QUOTE) return index;
    if (body[index] === BACKSLASH) index++;
  }
  // The rest of a long one is searched natively; a quote behind an odd number of backslashes does not end it.
  for (let index = start; ; index++) {
    index = body.indexOf(QUOTE, index);
    if (index < 0) return body.length;
    let backslashes = 0;
    while (index - backslashes > start && body[index - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return index;
  }
}

/** FNV-1a over the beginning of a string, to its quote. Texts have no room for many names that differ only later. */
function hashOf(body: Uint8Array, start: number): number {
  let hash = FNV_OFFSET;
  const end = Math.min(body.length, start + HASHED_BYTES);
  for (let index = start; index < end && body[index] !== QUOTE; index++) hash = fnv1aStep(hash, body[index] as number);
  return hash;
}

const HASHED_BYTES = 48;

/** Up to this many names are not compared: most texts have fewer, and then no table is needed. */
const UNTOLD_NAMES = 1_000;
const TABLE_BITS = 20;

/** Counts different hashes with one bit for each, so that memory does not grow with the text. */
class DistinctNames {
  #all = 0;
  #different = 0;
  #table: Uint8Array | undefined;

  /** The number of different names so far. */
  add(hash: number): number {
    if (++this.#all <= UNTOLD_NAMES) return this.#all;
    this.#table ??= new Uint8Array(2 ** (TABLE_BITS - 3));
    const bit = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - TABLE_BITS);
    const mask = 1 << (bit & 7);
    const byte = this.#table[bit >>> 3] as number;
    if ((byte & mask) === 0) {
      this.#table[bit >>> 3] = byte | mask;
      this.#different++;
    }
    return UNTOLD_NAMES + this.#different;
  }
}
