import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreUsage } from '@millrace/messaging';
import { FollowedHost, type LookUp } from './host-addresses.js';

const ASK_MS = 1_000;
/** A stream that is being made or removed is not healthy for a moment, and its server neither: it is asked again before that counts, in milliseconds. */
const AGAIN_AFTER_MS = 250;
/** A longer answer is none of a NATS server's. */
const LONGEST_REASON = 300;

/** What a NATS server says of itself on its monitoring pages. */
export interface NatsReport {
  /** Where it was asked. */
  readonly url: string;
  /** The id that it has made up at its start; of several servers also the one that this address had last. Undefined when it is unknown. */
  readonly serverId: string | undefined;
  /** Why it is not healthy, in its own words; null when it is, or when it cannot be asked. */
  readonly trouble: string | null;
  /** How full its file store is; null without a limit, undefined when it cannot be asked. */
  readonly store: StoreUsage | null | undefined;
}

/** Reads the monitoring pages of all servers that the URLs lead to. */
export class NatsMonitor {
  readonly #hosts: readonly FollowedHost[];
  readonly #serverIds = new Map<string, string>();

  /** `lookUp` and `now` (milliseconds): in the place of the resolver and the clock of the machine. */
  constructor(monitorUrls: readonly string[], options: { readonly lookUp?: LookUp; readonly now?: () => number } = {}) {
    this.#hosts = monitorUrls.map((url) => new FollowedHost(url, options.lookUp, options.now));
  }

  /** What each server says now. Never rejects. */
  async ask(): Promise<NatsReport[]> {
    const urls = (await Promise.all(this.#hosts.map((host) => host.urls()))).flat();
    const isAlone = urls.length === 1;
    const reports = await Promise.all(
      urls.map((url) => askNats(url, isAlone ? 'NATS store' : `NATS store of ${new URL(url).host}`)),
    );
    const known = isAlone ? reports : reports.map((report) => ({ ...report, serverId: this.#serverIdOf(report) }));
    this.#remember(known);
    return known;
  }

  /** A server that has trouble may be too slow to say whose it is. */
  #serverIdOf({ url, serverId }: NatsReport): string | undefined {
    return serverId ?? this.#serverIds.get(url);
  }

  #remember(reports: readonly NatsReport[]): void {
    this.#serverIds.clear();
    for (const { url, serverId } of reports) if (serverId !== undefined) this.#serverIds.set(url, serverId);
  }
}

/**
 * What is wrong with the server that a process is connected to: what another one cannot do is done by those that have the same copies. A page that
 * does not say whose it is counts only when it is the only one. Null without trouble.
 */
export function troubleOf(reports: readonly NatsReport[], connectedTo: string | null): string | null {
  const isOwn = ({ serverId }: NatsReport) =>
    serverId === undefined ? reports.length === 1 : serverId === (connectedTo ?? serverId);
  return reports.find((report) => isOwn(report) && report.trouble !== null)?.trouble ?? null;
}

/** Nothing of a server that does not respond: the connection shows that it is away. */
async function askNats(monitorUrl: string, name: string): Promise<NatsReport> {
  const [health, jetstream] = await Promise.all([
    healthOf(monitorUrl),
    get<{ server_id?: string; config?: { max_storage?: number }; storage?: number }>(`${monitorUrl}/jsz`),
  ]);
  const limit = jetstream?.config?.max_storage ?? 0;
  const noLimit = jetstream === undefined ? undefined : null;
  return {
    url: monitorUrl,
    serverId: jetstream?.server_id,
    trouble: isUnhealthy(health) ? (health.error ?? health.status ?? 'unavailable').slice(0, LONGEST_REASON) : null,
    store: limit > 0 ? { name, used: jetstream?.storage ?? 0, limit } : noLimit,
  };
}

interface Health {
  readonly status?: string;
  readonly error?: string;
}

async function healthOf(monitorUrl: string): Promise<Health | undefined> {
  const health = await get<Health>(`${monitorUrl}/healthz`);
  if (!isUnhealthy(health)) return health;
  await sleep(AGAIN_AFTER_MS);
  return get<Health>(`${monitorUrl}/healthz`);
}

function isUnhealthy(health: Health | undefined): health is Health {
  return health !== undefined && health.status !== 'ok';
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
