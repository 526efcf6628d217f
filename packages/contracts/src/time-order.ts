import { encodeTime } from 'ulid';
import { randomBytes } from './random-bytes.js';

/** The high resolution clock, which Node and browsers both have: the package is typed against neither. */
declare const performance: { now(): number };

/** The digits of time-ordered ids, base 32. */
export const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
/** The first of those digits encode the time, in milliseconds. */
export const TIME_DIGITS = 10;
/** The digits behind them are a place within the millisecond, and a random number. */
const PLACE_DIGITS = 8;
const RANDOM_DIGITS = 8;

const PLACES = 32 ** PLACE_DIGITS;

interface Clocks {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds since anything, with fractions. It never goes back. */
  readonly elapsed: () => number;
}

const CLOCKS: Clocks = { now: () => Date.now(), elapsed: () => performance.now() };

/**
 * Makes texts of 26 digits, each greater than the one before it. Within a millisecond they are apart as far as the nanoseconds between them:
 * were they counted (as `monotonicFactory` of `ulid` does), whoever has two would know how many others, of anybody, were made between.
 */
export function timeOrder({ now, elapsed }: Clocks = CLOCKS): () => string {
  let millisecond = -1;
  let time = '';
  let begun = { at: 0, place: 0 };
  let place = 0;

  const begin = (at: number): void => {
    millisecond = at;
    time = encodeTime(at, TIME_DIGITS).toLowerCase();
    // The lower half, which leaves room for what follows.
    place = randomBytes(PLACE_DIGITS).reduce((sum, byte) => sum * 32 + (byte & 31), 0) % (PLACES / 2);
    begun = { at: elapsed(), place };
  };

  return () => {
    const at = now();
    if (at > millisecond) begin(at);
    else {
      place = Math.max(place + 1, begun.place + Math.round((elapsed() - begun.at) * 1e6));
      // A clock that was set back some minutes ago.
      if (place >= PLACES) begin(millisecond + 1);
    }
    return time + digitsOf(place) + randomDigits();
  };
}

function digitsOf(number: number): string {
  let digits = '';
  for (let rest = number; digits.length < PLACE_DIGITS; rest = Math.floor(rest / 32))
    digits = CROCKFORD.charAt(rest % 32) + digits;
  return digits;
}

function randomDigits(): string {
  let digits = '';
  for (const byte of randomBytes(RANDOM_DIGITS)) digits += CROCKFORD.charAt(byte & 31);
  return digits;
}
