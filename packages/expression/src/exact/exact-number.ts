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
  if (isShortDecimal(text)) return true;
  const double = Number(text);
  const written = String(double);
  if (written === text || text === '-0') return true;
  if (!Number.isFinite(double) || !/[.eE]/.test(text)) return false;
  return sameDecimal(text, written);
}

/** A double keeps as many digits of any decimal that is neither too large nor too small for it. */
const KEPT_DIGITS = 15;
/** A longer one may be too small for a double. */
const KEPT_CHARACTERS = 300;

/** Whether it is a decimal written without an exponent that has so few digits, zeros at its ends left out. Sees most that databases write. */
function isShortDecimal(text: string): boolean {
  if (text.length > KEPT_CHARACTERS) return false;
  let hasPoint = false;
  let digits = 0;
  let zeros = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT) hasPoint = true;
    else if (code === ZERO) zeros += digits > 0 ? 1 : 0;
    else if (code > ZERO && code <= NINE) {
      digits += zeros + 1;
      zeros = 0;
    } else if (at > 0 || code !== MINUS) return false;
  }
  return hasPoint && digits <= KEPT_DIGITS;
}

const [MINUS, POINT, ZERO, NINE] = [0x2d, 0x2e, 0x30, 0x39];
