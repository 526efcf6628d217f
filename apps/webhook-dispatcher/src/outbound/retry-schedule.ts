import { LIMITS } from '@millrace/contracts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long after each attempt the next one is made: ten in all, over three days. After the last there is none. */
const DELAYS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** What failed together should not come back together. */
const JITTER = 0.2;

/** Milliseconds from a failed attempt, counted from 1, to the next one; null after the last. `random` is 0 … 1, `wish` what the endpoint asked for. */
export function delayAfter(attempt: number, random: number, wish: number | null): number | null {
  const delay = DELAYS_MS[attempt - 1];
  if (delay === undefined) return null;
  const jittered = Math.round(delay * (1 - JITTER + 2 * JITTER * random));
  return Math.max(jittered, Math.min(wish ?? 0, LIMITS.askedEventDelayMs));
}

/** What a `Retry-After` asks for, in milliseconds from `now`; null when there is none that can be read. */
export function retryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined || value.length > 64) return null;
  if (/^\d+$/.test(value.trim())) return Number(value) * SECOND;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
