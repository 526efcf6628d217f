import { EXECUTION_ENDS, type ExecutionEnd } from '@millrace/contracts';
import { binOf } from './duration-bins.js';

const LETTERS: Readonly<Record<ExecutionEnd, string>> = { completed: 'c', failed: 'f', cancelled: 'x' };
const ZERO = '0'.charCodeAt(0);
const ENDS_BY_LETTER = new Map<string, ExecutionEnd>(EXECUTION_ENDS.map((end) => [LETTERS[end], end]));

/** The key of an end in an hour of its day: `c14`. */
export function endKey(end: ExecutionEnd, hour: number): string {
  return `${LETTERS[end]}${hour}`;
}

/** The same with the bin of the duration: `c14_66`. */
export function durationKey(end: ExecutionEnd, hour: number, durationMs: number): string {
  return `${endKey(end, hour)}_${binOf(durationMs)}`;
}

/** What a key says; null for one that only newer versions know. Figures of many days have millions of keys, so that it has to be cheap. */
export function readKey(key: string): { end: ExecutionEnd; hour: number; bin: number } | null {
  const end = ENDS_BY_LETTER.get(key.charAt(0));
  const split = key.indexOf('_');
  const hour = numberIn(key, 1, split === -1 ? key.length : split);
  const bin = split === -1 ? 0 : numberIn(key, split + 1, key.length);
  return end === undefined || Number.isNaN(hour) || Number.isNaN(bin) ? null : { end, hour, bin };
}

/** The digits of a text from one place to another as a number; NaN when there is anything else, or nothing. */
function numberIn(text: string, from: number, to: number): number {
  let number = from < to ? 0 : NaN;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    number = digit >= 0 && digit <= 9 ? 10 * number + digit : NaN;
  }
  return number;
}

/** The day of a time, of UTC, as 2026-11-25. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
