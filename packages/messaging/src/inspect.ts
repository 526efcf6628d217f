import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { STREAMS } from '@millrace/contracts';
import { newInbox } from './inbox.js';
import { serverAddress } from './server-address.js';
import { consumerConfig, diffConsumer, diffStream, streamConfig } from './topology-diff.js';
import { surplusOfConsumer, surplusOfStream } from './topology-surplus.js';
import { LARGEST_TOPOLOGY, type ConsumerSpec, type StreamSpec } from './topology.js';

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
  /** How streams and consumers differ from what this release makes, in sentences: its services change it at their start, or refuse to start. */
  readonly differences: readonly string[];
  /** What streams and consumers have besides, which services leave as it is. */
  readonly surplus: readonly string[];
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
    const found = await Promise.all(LARGEST_TOPOLOGY.streams.map((spec) => inspectStream(manager, spec)));
    const there = new Set(found.flatMap(({ name, replicas }) => (replicas === null ? [] : [name])));
    const consumers = LARGEST_TOPOLOGY.consumers.filter(({ stream }) => there.has(stream));
    const all = [...found, ...(await Promise.all(consumers.map((spec) => inspectConsumer(manager, spec))))];
    return {
      version: connection.info?.version ?? '',
      cluster: connection.info?.cluster ?? null,
      storage: { used: storage, limit: limits.max_storage > 0 ? limits.max_storage : null },
      missing: found.flatMap(({ name, replicas }) => (replicas === null && !isJournal(name) ? [name] : [])),
      differences: all.flatMap(({ differences }) => differences),
      surplus: all.flatMap(({ surplus }) => surplus),
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
    ...(address.user === undefined ? {} : { inboxPrefix: newInbox(address.user) }),
    reconnect: false,
    timeout: INSPECT_TIMEOUT_MS,
  });
}

interface Inspected {
  readonly differences: readonly string[];
  readonly surplus: readonly string[];
}

const NOT_THERE: Inspected = { differences: [], surplus: [] };

async function inspectStream(
  manager: JetStreamManager,
  spec: StreamSpec,
): Promise<Inspected & { name: string; replicas: number | null }> {
  const { name } = spec;
  try {
    const { config } = await manager.streams.info(name);
    const wanted = streamConfig(spec, 1);
    const { update, unsafe } = diffStream(wanted, config);
    const late = Object.keys(update).map((field) => `stream ${name}: ${field} is not what this release makes it`);
    const surplus = surplusOfStream(wanted, config);
    return { name, replicas: config.num_replicas, differences: [...unsafe, ...late], surplus };
  } catch (error) {
    if (isMissing(error)) return { name, replicas: null, ...NOT_THERE };
    throw error;
  }
}

/** One that is not there is made by its service, or is a lane that nobody has now. */
async function inspectConsumer(manager: JetStreamManager, spec: ConsumerSpec): Promise<Inspected> {
  const { stream, name } = spec;
  try {
    const { config } = await manager.consumers.info(stream, name);
    // An installation may have set how long it waits: MILLRACE_ACK_WAIT_SECONDS.
    const { ack_wait, ...wanted } = consumerConfig(spec);
    const { update, unsafe } = diffConsumer(stream, wanted, config);
    const late = Object.keys(update).map(
      (field) => `consumer ${name} of stream ${stream}: ${field} is not what this release makes it`,
    );
    return { differences: [...unsafe, ...late], surplus: surplusOfConsumer(stream, { ack_wait, ...wanted }, config) };
  } catch (error) {
    if (isMissing(error)) return NOT_THERE;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.status === 404;
}

function isJournal(name: string): boolean {
  return name.startsWith(`${STREAMS.journal}_`);
}
