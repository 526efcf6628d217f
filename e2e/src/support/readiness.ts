import type { ServiceEndpoint } from '@millrace/local/endpoints';
import { eventually } from './eventually.js';
import { readEndpoints } from './platform.js';

/** Waits until every service says that it is ready; on a time-out says which one is not and why. */
export async function allReady(timeoutMs = 90_000): Promise<void> {
  let problems: string[] = [];
  await eventually(
    'all services are ready',
    async () => {
      const { services } = readEndpoints();
      const seen = await Promise.all(Object.entries(services).map(([name, entry]) => readiness(name, entry)));
      problems = seen.filter((problem) => problem !== null);
      return problems.length === 0 ? true : undefined;
    },
    { timeoutMs, lastSeen: () => problems },
  );
}

async function readiness(name: string, entry: ServiceEndpoint): Promise<string | null> {
  try {
    const answer = await fetch(readyUrl(entry.health_url), { signal: AbortSignal.timeout(5_000) });
    return answer.ok ? null : `${name}: ${answer.status} ${await answer.text()}`;
  } catch (error) {
    return `${name}: ${String(error)}`;
  }
}

function readyUrl(healthUrl: string): string {
  return new URL('/health/ready', healthUrl).toString();
}
