import { sameDecimal } from './decimal.js';
import { markOf, noteMet, isWriting } from './marks.js';

/**
 * A number of JSON that a double would change: 9007199254740993, 0.1234567890123456789, 1e400. It keeps its text. Whatever a
 * double keeps is never one: {@link numberOf} decides, so that a value has the same form before and after it was recorded.
 */
export class ExactNumber {
  readonly #text: string;

  /** Only {@link numberOf} may make one. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The digits as they were sent, in the notation of JSON. */
  get text(): string {
    return this.#text;
  }

  toString(): string {
    return this.#text;
  }

  /** All digits where `stringifyJson` writes; for any other `JSON.stringify` the nearest double. */
  toJSON(): string | number {
    if (!isWriting()) return Number(this.#text);
    noteMet();
    return markOf(this.#text);
  }
}

/** A number that an expression can hold. */
export type Numeric = number | ExactNumber;

/** The number of a JSON text such as `-1.5e3`: a double if that keeps it, else exact. */
export function numberOf(text: string): Numeric {
  return isKept(text) ? Number(text) : new ExactNumber(text);
}

/**
 * Whether a double keeps a number of JSON. A whole number written out in digits is kept if it is written the same
 * afterwards, any other if its value is: `1.50` becomes `1.5`, and that is no loss.
 */
export function isKept(text: string): boolean {
  const double = Number(text);
  const written = String(double);
  if (written === text || text === '-0') return true;
  if (!Number.isFinite(double) || !/[.eE]/.test(text)) return false;
  return sameDecimal(text, written);
}
