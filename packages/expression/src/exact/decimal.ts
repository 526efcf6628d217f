/** A decimal number: `0.digits` times ten to the power of `point`, without zeros at either end; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly point: number;
}

/** The value of a number in the notation of JSON, or as `String` writes a double. Takes time in proportion to its length. */
export function decimalOf(text: string): Decimal {
  const negative = text.startsWith('-');
  const exponentAt = text.search(/[eE]/);
  const mantissa = text.slice(negative ? 1 : 0, exponentAt < 0 ? undefined : exponentAt);
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const dot = mantissa.indexOf('.');
  const whole = dot < 0 ? mantissa : mantissa.slice(0, dot);
  const all = dot < 0 ? mantissa : whole + mantissa.slice(dot + 1);
  let first = 0;
  while (all.charCodeAt(first) === ZERO) first++;
  let end = all.length;
  while (end > first && all.charCodeAt(end - 1) === ZERO) end--;
  if (first === end) return NOTHING;
  return { negative, digits: all.slice(first, end), point: whole.length - first + exponent };
}

const ZERO = 0x30;
const NOTHING: Decimal = { negative: false, digits: '', point: 0 };

export function sameDecimal(left: string, right: string): boolean {
  return left === right || order(decimalOf(left), decimalOf(right)) === 0;
}

/** Whether `left` is less than (-1), the same as (0) or more than (1) `right`. */
export function order(left: Decimal, right: Decimal): number {
  const sign = signOf(left);
  if (sign !== signOf(right)) return sign < signOf(right) ? -1 : 1;
  return sign * orderOfSizes(left, right);
}

function signOf({ digits, negative }: Decimal): number {
  return digits === '' ? 0 : negative ? -1 : 1;
}

function orderOfSizes(left: Decimal, right: Decimal): number {
  if (left.point !== right.point) return left.point < right.point ? -1 : 1;
  return left.digits < right.digits ? -1 : left.digits > right.digits ? 1 : 0;
}

/** The power of ten of the last digit. */
export function lastPlace({ digits, point }: Decimal): number {
  return point - digits.length;
}

/** The number counted in units of ten to the power of `place`, which may not be above that of its last digit. */
export function inUnits(decimal: Decimal, place: number): bigint {
  const { digits, negative } = decimal;
  if (digits === '') return 0n;
  const size = BigInt(digits + '0'.repeat(lastPlace(decimal) - place));
  return negative ? -size : size;
}

/** More zeros than this at the end of a number, or behind its point, are written as an exponent. */
const MOST_ZEROS = 30;

/** The text of a number of units of ten to the power of `place`. */
export function decimalText(units: bigint, place: number): string {
  const sign = units < 0n ? '-' : '';
  const { digits, point } = decimalOf(`${units < 0n ? -units : units}e${place}`);
  if (digits === '') return '0';
  const zeros = point - digits.length;
  if (zeros > MOST_ZEROS || point < -MOST_ZEROS) return sign + withExponent(digits, point - 1);
  if (zeros >= 0) return sign + digits + '0'.repeat(zeros);
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  return `${sign}0.${'0'.repeat(-point)}${digits}`;
}

function withExponent(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits.charAt(0)}${fraction}e${exponent < 0 ? '' : '+'}${exponent}`;
}

/** The text of a number of units of ten to the power of minus `places`, with exactly that many digits behind its point. */
export function fixedText(units: bigint, places: number): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const sign = units < 0n ? '-' : '';
  return places === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-places)}`;
}
