import { availableTo, outgrownLimit } from './storage.mjs';

const TIMEOUT_MS = 2_000;

/**
 * What NATS says is wrong with it: JetStream disabled, a write that failed. `undefined` when nothing is, and when it does not
 * answer, which is for those to judge who watch the process.
 *
 * @param {string} monitorUrl
 * @returns {Promise<string | undefined>}
 */
export async function natsProblem(monitorUrl) {
  const health = /** @type {{ status?: string, error?: string } | undefined} */ (await page(`${monitorUrl}/healthz`));
  if (health?.status === undefined || health.status === 'ok') return undefined;
  return `NATS says "${health.status}": ${health.error ?? 'no reason given'}`;
}

/**
 * Why the limit of NATS's store should be set anew, for which it has to be restarted. `undefined` when there is no reason, or nothing is known.
 *
 * @param {string} monitorUrl
 * @param {string} dir its store
 * @returns {Promise<string | undefined>}
 */
export async function natsOutgrown(monitorUrl, dir) {
  const { storage: used, config } = /** @type {{ storage?: number, config?: { max_storage?: number } }} */ (
    (await page(`${monitorUrl}/jsz`)) ?? {}
  );
  const limit = config?.max_storage;
  if (used === undefined || limit === undefined) return undefined;
  return outgrownLimit({ used, limit }, () => availableTo(dir));
}

/**
 * @param {string} url
 * @returns {Promise<unknown>} undefined when there is no reply
 */
async function page(url) {
  try {
    // An unhealthy server responds with 503 and the same body.
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return await response.json();
  } catch {
    return undefined;
  }
}
