import { setTimeout as sleep } from 'node:timers/promises';

/** How to wait. */
export interface WaitOptions<T> {
  /** Between two calls; 15 ms by default. */
  readonly everyMs?: number;
  /** What the error says was there in the end; by default what was returned last. */
  readonly seen?: (last: T | undefined) => unknown;
}

/**
 * Calls `condition` repeatedly until it returns something truthy, and resolves with that.
 * Throws after `timeoutMs` (90 s, for a machine that is busy), with the last error or what was seen.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 90_000,
  { everyMs = 15, seen = (last) => last }: WaitOptions<T> = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: T | undefined;
    let failure: unknown;
    try {
      last = await condition();
      if (last) return last;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      const detail = failure instanceof Error ? failure.message : JSON.stringify(seen(last));
      throw new Error(`${what} did not come true within ${timeoutMs} ms (last: ${detail}).`, { cause: failure });
    }
    await sleep(everyMs);
  }
}
