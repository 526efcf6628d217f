/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks again and again until the answer is true.
 *
 * @param {() => Promise<boolean> | boolean} condition
 * @param {{ timeoutMs: number, everyMs?: number, giveUp?: () => boolean }} options `giveUp` ends the waiting early
 * @returns {Promise<boolean>} whether it became true
 */
export async function waitUntil(condition, { timeoutMs, everyMs = 20, giveUp = () => false }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (giveUp() || Date.now() >= deadline) return false;
    await sleep(everyMs);
  }
}
