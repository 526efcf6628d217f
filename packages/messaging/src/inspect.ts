import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '@millrace/contracts';
import { inboxPrefix } from './permissions.js';
import { serverAddress } from './server-address.js';
import { diffStream, streamConfig } from './topology-diff.js';
import { TOPOLOGY, type StreamSpec } from './topology.js';

export const INSPECT_TIMEOUT_MS = 5_000;

/** What a NATS server is found to be, by whoever may only look. */
export interface NatsInspection {
  readonly version: string;
  /** The name of its cluster; null of a server alone. */
  readonly cluster: string | null;
  /** Bytes that its streams take, and may take; null without a limit. */
  readonly storage: { readonly used: number; readonly limit: number | null };
  /** Streams that are to be there and are not. */
  readonly missing: readonly string[];
  /** How streams differ from what this release makes, in sentences. */
  readonly differences: readonly string[];
  /** Copies of each stream. */
  readonly replicas: ReadonlyMap<string, number>;
}

/**
 * Looks at a server as the user of the URL, and changes nothing. Journal streams come and go: those that are there are looked at.
 * Throws an Error when it cannot be reached, or does not let this user look.
 */
export async function inspectNats(url: string): Promise<NatsInspection> {
  const connection = await connectToInspect(url);
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: INSPECT_TIMEOUT_MS });
    const { storage, limits } = await manager.getAccountInfo();
    const found = await Promise.all(TOPOLOGY.streams.map((spec) => inspectStream(manager, spec)));
    return {
      version: connection.info?.version ?? '',
      cluster: connection.info?.cluster ?? null,
      storage: { used: storage, limit: limits.max_storage > 0 ? limits.max_storage : null },
      missing: found.flatMap(({ name, replicas }) => (replicas === null && !isJournal(name) ? [name] : [])),
      differences: found.flatMap(({ differences }) => differences),
      replicas: new Map(found.flatMap(({ name, replicas }) => (replicas === null ? [] : [[name, replicas]]))),
    };
  } finally {
    await connection.close();
  }
}

/** Connects as the user of the URL, once. Throws an Error when it cannot be reached, or does not know this user. */
export function connectToInspect(url: string): Promise<NatsConnection> {
  const address = serverAddress(url);
  return connect({
    ...address,
    name: 'millrace-ops',
    ...(address.user === undefined ? {} : { inboxPrefix: inboxPrefix(address.user) }),
    reconnect: false,
    timeout: INSPECT_TIMEOUT_MS,
  });
}

async function inspectStream(
  manager: JetStreamManager,
  spec: StreamSpec,
): Promise<{ name: string; replicas: number | null; differences: readonly string[] }> {
  const { name } = spec;
  try {
    const { config } = await manager.streams.info(name);
    const { update, unsafe } = diffStream(streamConfig(spec, 1), config);
    const late = Object.keys(update).map((field) => `stream ${name}: ${field} is not what this release makes it`);
    return { name, replicas: config.num_replicas, differences: [...unsafe, ...late] };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return { name, replicas: null, differences: [] };
    throw error;
  }
}

function isJournal(name: string): boolean {
  return name.startsWith(`${STREAMS.journal}_`);
}
