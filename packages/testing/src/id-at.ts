import { firstIdAt, newId } from '@millrace/contracts';

/** An id that was made at a time, in milliseconds since the epoch. With `number` as its last digits, else with random ones. */
export function idAt(kind: Parameters<typeof firstIdAt>[0], time: number, number?: number): string {
  const first = firstIdAt(kind, time);
  const last = newId(kind).slice(first.length);
  return first + (number === undefined ? last : String(number).padStart(last.length, '0'));
}
