import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ConsumerPlaces } from './consumer-places.js';
import { ensureTopology } from './ensure-topology.js';
import { streamsNeededBy } from './needed-streams.js';
import { TopologyError } from './errors.js';
import { aboutExecutions } from './execution-logger.js';
import type { Logger } from './logger.js';
import { NatsBus } from './nats-bus.js';
import { isOutage } from './nats-failures.js';
import { withJournals } from './journal-topology.js';
import { newInbox } from './inbox.js';
import { serverAddress } from './server-address.js';
import { TOPOLOGY, withAckWait, type Topology } from './topology.js';

/** Message schedules of the 2.14 line and fixes of stuck work queues are needed; older servers lose messages we count on. */
const MINIMUM_SERVER = [2, 14] as const;
const RETRY_MS = 1_000;
/** Pause before the first further look for streams that another service is just creating; doubles up to RETRY_MS. */
const FIRST_LOOK_MS = 100;
/** A slow start is normal (services and NATS start together): complain only from then on. */
const PATIENCE_MS = 3_000;

export interface ConnectOptions {
  /** `nats://[user:password@]host:port`, several separated by commas. */
  readonly url: string;
  /** Name of the service: shown on the server; also the queue group of its requests, the group of its consumers, and part of the subjects of its replies. */
  readonly name: string;
  readonly logger: Logger;
  /** Another set of streams and consumers, for tests. */
  readonly topology?: Topology;
  /** How long the server waits for the heartbeat of a message under way before it gives it to somebody else, in milliseconds; as in the topology by default. */
  readonly ackWaitMs?: number;
  /** Copies of each new stream; 3 on a cluster. Existing streams keep a higher number. */
  readonly replicas?: number;
  /** Also check what is sent against its schema: for tests and debugging, costs time on the hot path. */
  readonly validateOutgoing?: boolean;
}

/**
 * Connects to NATS, for as long as it takes, and makes sure that all streams, consumers and buckets exist. The connection
 * comes back by itself whenever it is lost; where that happens before all is there, this begins again with another one. Throws
 * {@link TopologyError} or an Error for a server that is too old.
 */
export async function connectBus(options: ConnectOptions): Promise<NatsBus> {
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, RETRY_MS)) {
    const connection = await connectForever(options);
    try {
      return await busOver(connection, options);
    } catch (error) {
      await connection.close();
      if (!isOutage(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      options.logger.warn({ reason }, 'NATS went away while its streams were being checked; connecting again');
      await sleep(pause);
    }
  }
}

/** Makes sure that all is there, and follows it. */
async function busOver(connection: NatsConnection, options: ConnectOptions): Promise<NatsBus> {
  const { logger } = options;
  const topology = withAckWait(options.topology ?? TOPOLOGY, options.ackWaitMs);
  requireVersion(connection);
  // The streams of the journal are known when its layout can be read.
  await ensureForever(connection, withJournals(topology, []), options);
  const bus = new NatsBus(connection, {
    name: options.name,
    logger: aboutExecutions(logger),
    topology,
    validateOutgoing: options.validateOutgoing ?? false,
    ensure: (wanted) => ensureTopology(connection, wanted, logger, ensured(wanted, options)),
  });
  try {
    await bus.start();
    await bus.layouts.refresh();
    await bus.laneRegister.refresh();
    await ensureForever(connection, bus.topology, options);
    await keepPlaces(connection, bus, options);
    return bus;
  } catch (error) {
    bus.replies.close();
    throw error;
  }
}

/** Checks now and after each break how far consumers are. */
async function keepPlaces(connection: NatsConnection, bus: NatsBus, { name, logger }: ConnectOptions): Promise<void> {
  const places = new ConsumerPlaces(connection, () => bus.topology, { group: name, logger });
  bus.onReconnect(() => void places.check());
  void connection.closed().then(() => places.stop());
  await places.check();
}

async function connectForever({ url, name, logger }: ConnectOptions): Promise<NatsConnection> {
  const address = serverAddress(url);
  const began = Date.now();
  for (;;) {
    try {
      return await connect({
        ...address,
        name,
        inboxPrefix: newInbox(name),
        maxReconnectAttempts: -1,
        // A server that refuses the password may be one that has the old or the new one while it is changed. Without this the second
        // refusal would end the connection for good, and leave a process that nothing starts anew.
        ignoreAuthErrorAbort: true,
        reconnectTimeWait: 250,
        reconnectJitter: 250,
        pingInterval: 10_000,
        maxPingOut: 2,
        timeout: 5_000,
        // A stack trace per request costs more than the request.
        noAsyncTraces: true,
      });
    } catch (error) {
      const fields = { url: withoutPassword(url), reason: error instanceof Error ? error.message : String(error) };
      const late = Date.now() - began > PATIENCE_MS;
      logger[late ? 'warn' : 'debug'](
        fields,
        'NATS does not respond; trying again. Is the server running, and MILLRACE_NATS_URL right?',
      );
      await sleep(RETRY_MS);
    }
  }
}

async function ensureForever(connection: NatsConnection, topology: Topology, options: ConnectOptions): Promise<void> {
  const began = Date.now();
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, RETRY_MS)) {
    try {
      return await ensureTopology(connection, topology, options.logger, ensured(topology, options));
    } catch (error) {
      if (error instanceof TopologyError || connection.isClosed()) throw error;
      const late = Date.now() - began > PATIENCE_MS;
      const fields = { reason: error instanceof Error ? error.message : String(error) };
      options.logger[late ? 'warn' : 'debug'](
        fields,
        'JetStream is not ready; trying again. Does the server run with JetStream enabled, and do the services that create its streams?',
      );
      await sleep(pause);
    }
  }
}

function ensured(topology: Topology, { name, replicas }: ConnectOptions): Parameters<typeof ensureTopology>[3] {
  return { replicas, needs: streamsNeededBy(name, topology) };
}

function requireVersion(connection: NatsConnection): void {
  const version = connection.info?.version ?? '0';
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [wantedMajor, wantedMinor] = MINIMUM_SERVER;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Error(
    `The NATS server at ${connection.getServer()} is version ${version}; Millrace needs ${MINIMUM_SERVER.join('.')} or newer.`,
  );
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/,]*@/g, '//***@');
}
