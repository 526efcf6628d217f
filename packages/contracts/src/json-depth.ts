const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** What bounds a JSON text before it is parsed. */
export interface JsonBounds {
  /** Levels of nesting. */
  readonly depth: number;
  /** Arrays, objects and their entries. */
  readonly values: number;
}

/**
 * The bound that JSON text (UTF-8) exceeds, or null. Reads the bytes once, before the parser: a text of brackets alone
 * would otherwise cost a deep recursion in whoever walks the parsed value, and up to 30 times its size in memory.
 */
export function exceededJsonBound(body: Uint8Array, bounds: JsonBounds): keyof JsonBounds | null {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) {
      if (++values > bounds.values) return 'values';
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > bounds.depth) return 'depth';
      if (++values > bounds.values) return 'values';
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return null;
}

/** True when JSON text nests deeper than `limit`. */
export function nestsDeeperThan(body: Uint8Array, limit: number): boolean {
  return exceededJsonBound(body, { depth: limit, values: Infinity }) === 'depth';
}
