import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
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
 */
export async function ensureTopology(
  connection: NatsConnection,
  topology: Topology,
  logger: Logger,
  options: { replicas?: number } = {},
): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const unsafe: string[] = [];
  for (const stream of topology.streams)
    unsafe.push(...(await ensureStream(manager, stream, options.replicas ?? 1, logger)));
  for (const consumer of topology.consumers) unsafe.push(...(await ensureConsumer(manager, consumer, logger)));
  if (unsafe.length > 0) throw new TopologyError(unsafe);
}

async function ensureStream(
  manager: JetStreamManager,
  spec: StreamSpec,
  replicas: number,
  logger: Logger,
): Promise<readonly string[]> {
  const wanted = streamConfig(spec, replicas);
  const existing =
    (await existingStream(manager, spec.name)) ??
    (await created(
      () => manager.streams.add(wanted),
      () => existingStream(manager, spec.name),
    ));
  const { update, unsafe } = diffStream(wanted, existing);
  if (unsafe.length === 0 && Object.keys(update).length > 0) {
    logger.info({ stream: spec.name, changes: update }, 'Updating a stream');
    await manager.streams.update(spec.name, update);
  }
  return unsafe;
}

async function ensureConsumer(
  manager: JetStreamManager,
  spec: ConsumerSpec,
  logger: Logger,
): Promise<readonly string[]> {
  const wanted = consumerConfig(spec);
  const existing =
    (await existingConsumer(manager, spec)) ??
    (await created(
      () => manager.consumers.add(spec.stream, wanted),
      () => existingConsumer(manager, spec),
    ));
  const { update, unsafe } = diffConsumer(spec.stream, wanted, existing);
  if (unsafe.length === 0 && Object.keys(update).length > 0) {
    logger.info({ stream: spec.stream, consumer: spec.name, changes: update }, 'Updating a consumer');
    await manager.consumers.update(spec.stream, spec.name, update);
  }
  return unsafe;
}

async function created<Config>(
  add: () => Promise<{ config: Config }>,
  read: () => Promise<Config | null>,
): Promise<Config> {
  try {
    return (await add()).config;
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
    if (isCode(error, JetStreamApiCodes.ConsumerNotFound)) return null;
    throw error;
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
