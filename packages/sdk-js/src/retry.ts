import { APIConnectionError, APIError } from './errors.js';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;
/** Whoever is asked to come back later than this decides for himself: a call must not seem to hang. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Refusals after which nothing was done. */
const NOTHING_DONE: readonly number[] = [408, 429];

/**
 * How many milliseconds to wait before a failed attempt is repeated; undefined when it is not.
 *
 * @param attempt how many were made before it
 * @param repeatable whether being carried out twice would do no harm
 */
export function retryDelay(error: unknown, attempt: number, repeatable: boolean): number | undefined {
  if (!isWorthRepeating(error, repeatable)) return undefined;
  const asked = error instanceof APIError ? error.retryAfter : null;
  if (asked !== null) return asked <= LONGEST_RETRY_AFTER_MS ? asked : undefined;
  const delay = Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS);
  return Math.round(delay * (1 - Math.random() / 4));
}

function isWorthRepeating(error: unknown, repeatable: boolean): boolean {
  if (error instanceof APIConnectionError) return repeatable || !error.maybeDone;
  if (!(error instanceof APIError)) return false;
  const { status, retryAfter } = error;
  if (NOTHING_DONE.includes(status) || (status === 409 && retryAfter !== null)) return true;
  return status >= 500 && repeatable;
}

/** Milliseconds that a `Retry-After` asks to wait: it is seconds or a date. Null when it is neither. */
export function retryAfterOf(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after')?.trim();
  if (!text) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
