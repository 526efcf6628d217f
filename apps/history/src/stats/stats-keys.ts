import { binOf } from './duration-bins.js';

/** How an execution may end. Ends that only newer versions know are not counted. */
export const ENDS = ['completed', 'failed', 'cancelled'] as const;
export type End = (typeof ENDS)[number];

const LETTERS: Readonly<Record<End, string>> = { completed: 'c', failed: 'f', cancelled: 'x' };
const ENDS_BY_LETTER = new Map<string, End>(ENDS.map((end) => [LETTERS[end], end]));
const KEY = /^([cfx])(\d+)(?:_(\d+))?$/;

/** True for an end that this version counts. */
export function isEnd(status: string): status is End {
  return Object.hasOwn(LETTERS, status);
}

/** The key of an end in an hour of its day: `c14`. */
export function endKey(end: End, hour: number): string {
  return `${LETTERS[end]}${hour}`;
}

/** The same with the bin of the duration: `c14_66`. */
export function durationKey(end: End, hour: number, durationMs: number): string {
  return `${endKey(end, hour)}_${binOf(durationMs)}`;
}

/** What a key says; null for one that only newer versions know. */
export function readKey(key: string): { end: End; hour: number; bin: number } | null {
  const [, letter = '', hour, bin] = KEY.exec(key) ?? [];
  const end = ENDS_BY_LETTER.get(letter);
  return end === undefined ? null : { end, hour: Number(hour), bin: Number(bin ?? 0) };
}

/** The day of a time, of UTC, as 2026-11-25. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
