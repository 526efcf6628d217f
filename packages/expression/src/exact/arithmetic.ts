import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { type Decimal, decimalOf, decimalText, fixedText, inUnits, lastPlace, order } from './decimal.js';
import { ExactNumber, type Numeric, numberOf } from './exact-number.js';

/** From here on `String` writes a double with an exponent: its digits are an approximation, and nobody counts with them. */
export const COUNTED = 1e21;
const { MAX_SAFE_INTEGER } = Number;

/** A double that JSON can hold. @throws Fault E_MATH */
export function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new Fault('E_MATH', 'the calculation has no finite result');
}

/** The nearest double, for what is calculated with doubles only. @throws Fault E_MATH */
export function nearest(value: Numeric): number {
  if (typeof value === 'number') return value;
  const double = Number(value.text);
  if (Number.isFinite(double)) return double;
  throw new Fault('E_MATH', 'the number is too large for this calculation', -1, -1, {
    hint: 'such a number can be compared, calculated with and made a text',
  });
}

/** Whether a value is a number of either kind. */
export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || value instanceof ExactNumber;
}

/** Whether `left` is less than (-1), the same as (0) or more than (1) `right`, by the digits that are seen of them. */
export function compareNumbers(evaluation: Evaluation, left: Numeric, right: Numeric): number {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : left > right ? 1 : 0;
  return order(read(evaluation, left), read(evaluation, right));
}

/** Whether an exact number and a value are the same number. */
export function equalsNumber(evaluation: Evaluation, exact: ExactNumber, other: unknown): boolean {
  if (other instanceof ExactNumber && exact.text === other.text) return true;
  return isNumeric(other) && compareNumbers(evaluation, exact, other) === 0;
}

/** One text for all ways to write a number. */
export function canonicalText(evaluation: Evaluation, value: Numeric): string {
  const { negative, digits, point } = read(evaluation, value);
  return `${negative ? '-' : ''}${digits}e${String(point)}`;
}

/** A sum: exact for exact numbers, and for whole doubles where a double would round. @throws Fault E_MATH, E_LIMIT */
export function plus(evaluation: Evaluation, left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (!isRounded(left, right, sum)) return finite(sum);
  }
  return calculated(evaluation, left, right, (a, b) => a + b);
}

/** A difference, as {@link plus}. @throws Fault E_MATH, E_LIMIT */
export function minus(evaluation: Evaluation, left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (!isRounded(left, right, difference)) return finite(difference);
  }
  return calculated(evaluation, left, right, (a, b) => a - b);
}

/** A product, as {@link plus}. @throws Fault E_MATH, E_LIMIT */
export function times(evaluation: Evaluation, left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (!isRounded(left, right, product)) return finite(product);
  }
  const a = read(evaluation, left);
  const b = read(evaluation, right);
  requireDigits(evaluation, a.digits.length + b.digits.length);
  const place = lastPlace(a) + lastPlace(b);
  return numberOf(decimalText(inUnits(a, lastPlace(a)) * inUnits(b, lastPlace(b)), place));
}

/** What is left of a division, with the sign of the left side, as {@link plus}. @throws Fault E_MATH, E_LIMIT */
export function remainder(evaluation: Evaluation, left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'number' && typeof right === 'number' && !isRounded(left, right, 0)) return finite(left % right);
  return calculated(evaluation, left, right, (a, b) => a % b);
}

/** Digits of a quotient that are worked out, more than twice those of a double. */
const QUOTIENT_DIGITS = 40;

/** A quotient, which has no end of digits in general: the nearest double. `right` is not zero. @throws Fault E_MATH, E_LIMIT */
export function quotient(evaluation: Evaluation, left: Numeric, right: Numeric): number {
  if (typeof left === 'number' && typeof right === 'number') return finite(left / right);
  const a = read(evaluation, left);
  const b = read(evaluation, right);
  const more = Math.max(0, QUOTIENT_DIGITS + b.digits.length - a.digits.length);
  requireDigits(evaluation, a.digits.length + more);
  const units = (inUnits(a, lastPlace(a)) * 10n ** BigInt(more)) / inUnits(b, lastPlace(b));
  return finite(Number(decimalText(units, lastPlace(a) - lastPlace(b) - more)));
}

export function negated(value: Numeric): Numeric {
  if (typeof value === 'number') return -value;
  const { text } = value;
  return new ExactNumber(text.startsWith('-') ? text.slice(1) : `-${text}`);
}

/** How a number is brought to fewer digits. */
export type Rounding = 'down' | 'up' | 'half';

/** An exact number with at most this many digits behind its point. @throws Fault E_LIMIT */
export function rounded(evaluation: Evaluation, value: ExactNumber, places: number, way: Rounding): Numeric {
  const decimal = read(evaluation, value);
  if (lastPlace(decimal) >= -places) return value;
  return numberOf(decimalText(unitsOf(evaluation, decimal, places, way), -places));
}

/** An exact number as text with exactly this many digits behind its point. @throws Fault E_LIMIT */
export function roundedText(evaluation: Evaluation, value: ExactNumber, places: number): string {
  return fixedText(unitsOf(evaluation, read(evaluation, value), places, 'half'), places);
}

/** Refuses a number that would have too many digits written out. @throws Fault E_LIMIT */
export function requireWritable(evaluation: Evaluation, value: ExactNumber): void {
  const decimal = read(evaluation, value);
  requireDigits(evaluation, Math.max(decimal.point, 0) + Math.max(-lastPlace(decimal), 0));
}

/** Whether a result may lack digits of whole numbers that were written out in full. */
function isRounded(left: number, right: number, result: number): boolean {
  const size = Math.max(Math.abs(left), Math.abs(right), Math.abs(result));
  if (size <= MAX_SAFE_INTEGER) return false;
  return Number.isInteger(left) && Number.isInteger(right) && Math.abs(left) < COUNTED && Math.abs(right) < COUNTED;
}

function read(evaluation: Evaluation, value: Numeric): Decimal {
  const text = String(value);
  if (text.length > 64) evaluation.chargeText(text.length);
  const decimal = decimalOf(text);
  if (Number.isSafeInteger(decimal.point)) return decimal;
  throw new Fault('E_LIMIT', 'the exponent of the number is too large to compare or calculate with');
}

/** Calculates in units of the last digit that either side has. */
function calculated(
  evaluation: Evaluation,
  left: Numeric,
  right: Numeric,
  calculate: (a: bigint, b: bigint) => bigint,
): Numeric {
  const a = read(evaluation, left);
  const b = read(evaluation, right);
  const sides = [a, b].filter(({ digits }) => digits !== '');
  const place = Math.min(...sides.map(lastPlace));
  requireDigits(evaluation, Math.max(...sides.map(({ point }) => point)) - place);
  return numberOf(decimalText(calculate(inUnits(a, place), inUnits(b, place)), place));
}

/** The number in units of ten to the power of minus `places`. */
function unitsOf(evaluation: Evaluation, decimal: Decimal, places: number, way: Rounding): bigint {
  const { point, negative } = decimal;
  // Far from the next unit, so that its digits need not be written out.
  if (point < -places) return way === 'half' || negative === (way === 'up') ? 0n : negative ? -1n : 1n;
  const place = lastPlace(decimal);
  requireDigits(evaluation, Math.max(point, 0) + Math.max(places, -place));
  if (place >= -places) return inUnits(decimal, -places);
  const unit = 10n ** BigInt(-places - place);
  const units = inUnits(decimal, place);
  const whole = units / unit;
  const rest = units % unit;
  if (rest === 0n) return whole;
  if (way === 'half') return 2n * (rest < 0n ? -rest : rest) < unit ? whole : whole + (rest < 0n ? -1n : 1n);
  if (way === 'down') return rest < 0n ? whole - 1n : whole;
  return rest < 0n ? whole : whole + 1n;
}

function requireDigits(evaluation: Evaluation, digits: number): void {
  const { numberDigits } = evaluation.limits;
  if (digits <= numberDigits) {
    evaluation.chargeText(digits);
    return;
  }
  throw new Fault('E_LIMIT', `the calculation needs more than ${String(numberDigits)} digits`, -1, -1, {
    hint: 'calculate with fewer digits, e.g. round(x, 10), or compare without calculating',
  });
}
