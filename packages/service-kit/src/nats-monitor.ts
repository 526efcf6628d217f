import type { StoreUsage } from '@millrace/messaging';

const ASK_MS = 1_000;
/** A longer answer is none of a NATS server's. */
const LONGEST_REASON = 300;

/** What a NATS server says of itself on its monitoring pages. */
export interface NatsReport {
  /** Why it is not healthy, in its own words; null when it is, or when it cannot be asked. */
  readonly trouble: string | null;
  /** How full its file store is; null without a limit, undefined when it cannot be asked. */
  readonly store: StoreUsage | null | undefined;
}

/** Reads a server's monitoring pages. Returns nothing for a server that does not respond: the connection shows that it is away. */
export async function askNats(monitorUrl: string): Promise<NatsReport> {
  const [health, jetstream] = await Promise.all([
    get<{ status?: string; error?: string }>(`${monitorUrl}/healthz`),
    get<{ config?: { max_storage?: number }; storage?: number }>(`${monitorUrl}/jsz`),
  ]);
  const limit = jetstream?.config?.max_storage ?? 0;
  const noLimit = jetstream === undefined ? undefined : null;
  const unhealthy = health !== undefined && health.status !== 'ok';
  return {
    trouble: unhealthy ? (health.error ?? health.status ?? 'unavailable').slice(0, LONGEST_REASON) : null,
    store: limit > 0 ? { name: 'NATS store', used: jetstream?.storage ?? 0, limit } : noLimit,
  };
}

async function get<T>(url: string): Promise<T | undefined> {
  try {
    // An unhealthy server responds with 503 and the same body.
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_MS) });
    return (await response.json()) as T;
  } catch {
    return undefined;
  }
}
