import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `condition` repeatedly until it returns something truthy, and resolves with that.
 * Throws after `timeoutMs` (20 s), with what the last answer was and the last error.
 */
export async function waitUntil<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const detail = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`${what} did not come true within ${timeoutMs} ms (last: ${detail}).`, { cause: last });
    }
    await sleep(15);
  }
}
