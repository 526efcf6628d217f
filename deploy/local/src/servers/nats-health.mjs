const TIMEOUT_MS = 2_000;

/**
 * What NATS says is wrong with it: JetStream disabled, a write that failed. `undefined` when nothing is, and when it does not
 * answer, which is for those to judge who watch the process.
 *
 * @param {string} monitorUrl
 * @returns {Promise<string | undefined>}
 */
export async function natsProblem(monitorUrl) {
  try {
    const response = await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { status, error } = /** @type {{ status?: string, error?: string }} */ (await response.json());
    return status === undefined || status === 'ok' ? undefined : `NATS says "${status}": ${error ?? 'no reason given'}`;
  } catch {
    return undefined;
  }
}
