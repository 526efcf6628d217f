import { setTimeout as sleep } from 'node:timers/promises';

/** Characters of what a service says of itself that are repeated. */
const LONGEST_HEALTH = 500;

/**
 * Whether a service returns 200 on /health/ready.
 *
 * @param {string} healthUrl
 * @returns {Promise<boolean>}
 */
export async function isReady(healthUrl) {
  return (await healthOf(healthUrl)).isReady;
}

/**
 * Waits until a service is ready, for as long as that takes.
 *
 * @param {string} healthUrl
 * @param {() => void} [mayGoOn] throws when there is nothing to wait for any more
 */
export async function untilReady(healthUrl, mayGoOn = () => undefined) {
  while (!(await isReady(healthUrl))) {
    mayGoOn();
    await sleep(20);
  }
}

/**
 * @param {string} healthUrl
 * @returns {Promise<{ isReady: boolean, said: string }>} `said`: what it replied, in words
 */
export async function healthOf(healthUrl) {
  const url = `${healthUrl}/health/ready`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const text = (await response.text()).slice(0, LONGEST_HEALTH);
    return { isReady: response.status === 200, said: `${url} says ${response.status} ${text}`.trim() };
  } catch {
    return { isReady: false, said: `nothing responds at ${url} yet` };
  }
}
