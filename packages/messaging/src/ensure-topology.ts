import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import { TopologyError } from './errors.js';
import type { Logger } from './logger.js';
import { consumerConfig, diffConsumer, diffStream, streamConfig } from './topology-diff.js';
import type { ConsumerSpec, StreamSpec, Topology } from './topology.js';

/** "Stream name already in use with a different configuration" and "consumer already exists": somebody was faster. */
const ALREADY_EXISTS = new Set([10058, 10105, 10148]);

/**
 * Makes the server hold the streams and consumers of `topology`: creates what is missing, changes what is safe to change,
 * and throws a {@link TopologyError} with every difference that is not. Nothing is updated that need not be, since each
 * update of a stream costs its consumers. Any number of services may do this at once.
 *
 * Where the server knows its users, each stream is created and changed by one service (see service-access.ts): the others
 * leave it as it is, and get an Error while it is missing, if they need it.
 */
export async function ensureTopology(
  connection: NatsConnection,
  topology: Topology,
  logger: Logger,
  options: { replicas?: number; needs?: (stream: StreamSpec) => boolean } = {},
): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const unsafe: string[] = [];
  const missing: string[] = [];
  const made: Made = { streams: [], consumers: [] };
  for (const stream of topology.streams) {
    const differences = await ensureStream(manager, stream, { replicas: options.replicas ?? 1, logger, made });
    if (differences === REFUSED) {
      if (options.needs?.(stream) ?? true) missing.push(stream.name);
    } else unsafe.push(...differences);
  }
  for (const consumer of topology.consumers) {
    const differences = await ensureConsumer(manager, consumer, { logger, made });
    // Messages wait in the stream for a consumer that its service has yet to create.
    if (differences !== REFUSED) unsafe.push(...differences);
  }
  if (made.streams.length + made.consumers.length > 0) logger.info({ ...made }, 'Created streams and consumers');
  if (unsafe.length > 0) throw new TopologyError(unsafe);
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}, which another service creates at its start`);
}

/** Names of what was not there before; of a consumer with its stream, as `RUNS/executor-0`. */
interface Made {
  readonly streams: string[];
  readonly consumers: string[];
}

/** The server does not let this user do it: it is for another service to do. */
const REFUSED = Symbol('refused');

async function unlessRefused<T>(work: Promise<T>): Promise<T | typeof REFUSED> {
  try {
    return await work;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (error instanceof PermissionViolationError || cause instanceof PermissionViolationError) return REFUSED;
    throw error;
  }
}

async function ensureStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  { replicas, logger, made }: { replicas: number; logger: Logger; made: Made },
): Promise<readonly string[] | typeof REFUSED> {
  const wanted = streamConfig(spec, replicas);
  const existing =
    (await existingStream(manager, spec.name)) ??
    (await created(
      async () => {
        const info = await manager.streams.add(wanted);
        made.streams.push(spec.name);
        return info;
      },
      () => existingStream(manager, spec.name),
    ));
  if (existing === REFUSED) return REFUSED;
  const { update, unsafe } = diffStream(wanted, existing);
  if (unsafe.length === 0 && Object.keys(update).length > 0) {
    logger.info({ stream: spec.name, fields: Object.keys(update), changes: update }, 'Updating a stream');
    if ((await unlessRefused(manager.streams.update(spec.name, update))) === REFUSED)
      logger.info({ stream: spec.name }, 'The stream is updated by the service that creates it');
  }
  return unsafe;
}

async function ensureConsumer(
  manager: JetStreamManager,
  spec: ConsumerSpec,
  { logger, made }: { logger: Logger; made: Made },
): Promise<readonly string[] | typeof REFUSED> {
  const wanted = consumerConfig(spec);
  const existing =
    (await existingConsumer(manager, spec)) ??
    (await created(
      async () => {
        const info = await manager.consumers.add(spec.stream, wanted);
        made.consumers.push(`${spec.stream}/${spec.name}`);
        return info;
      },
      () => existingConsumer(manager, spec),
    ));
  if (existing === REFUSED) return REFUSED;
  const { update, unsafe } = diffConsumer(spec.stream, wanted, existing);
  if (unsafe.length === 0 && Object.keys(update).length > 0) {
    logger.info({ stream: spec.stream, consumer: spec.name, changes: update }, 'Updating a consumer');
    await unlessRefused(manager.consumers.update(spec.stream, spec.name, update));
  }
  return unsafe;
}

async function created<Config>(
  add: () => Promise<{ config: Config }>,
  read: () => Promise<Config | null>,
): Promise<Config | typeof REFUSED> {
  try {
    const info = await unlessRefused(add());
    return info === REFUSED ? REFUSED : info.config;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || !ALREADY_EXISTS.has(error.code)) throw error;
    const config = await read();
    if (config === null) throw error;
    return config;
  }
}

async function existingStream(manager: JetStreamManager, name: string): Promise<StreamConfig | null> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isCode(error, JetStreamApiCodes.StreamNotFound)) return null;
    throw error;
  }
}

async function existingConsumer(manager: JetStreamManager, spec: ConsumerSpec): Promise<ConsumerConfig | null> {
  try {
    return (await manager.consumers.info(spec.stream, spec.name)).config;
  } catch (error) {
    if (isCode(error, JetStreamApiCodes.ConsumerNotFound) || isCode(error, JetStreamApiCodes.StreamNotFound))
      return null;
    throw error;
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
