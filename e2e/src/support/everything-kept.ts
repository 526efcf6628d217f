import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { DeliverPolicy, jetstream, jetstreamManager, RetentionPolicy, type MsgRequest } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { natsConnection } from './nats.js';
import { platformHome, readEndpoints } from './platform.js';

/** Everything that a part of the platform keeps or shows, as one text a place. */
export type Kept = ReadonlyMap<string, string>;

/**
 * Everything that the platform has kept by now: each collection, key and log, what services report of themselves, and of each stream
 * what was stored since a time.
 */
export async function everythingKept(since: Date): Promise<Kept> {
  const kept = new Map<string, string>();
  await Promise.all([addDatabase(kept), addStreams(kept, since), addRedis(kept), addMetrics(kept)]);
  addLogs(kept);
  return kept;
}

/** Every document of a collection, as text. */
export async function collectionText(name: string): Promise<string> {
  const kept = new Map<string, string>();
  await addDatabase(kept, name);
  return kept.get(`database: ${name}`) ?? '';
}

async function addDatabase(kept: Map<string, string>, only?: string): Promise<void> {
  const connection = await mongoose.createConnection(urlOf('mongodb'), { dbName: 'millrace' }).asPromise();
  try {
    for (const { name } of await connection.db!.listCollections().toArray()) {
      if (only !== undefined && name !== only) continue;
      const documents = await connection.db!.collection(name).find({}).toArray();
      kept.set(`database: ${name}`, textOf(documents));
    }
  } finally {
    await connection.close();
  }
}

/** Each message of each stream with subject and headers: also the key-value buckets and object stores, which are streams. */
async function addStreams(kept: Map<string, string>, since: Date): Promise<void> {
  const connection = await natsConnection();
  try {
    const streams = [];
    for await (const { config } of (await jetstreamManager(connection)).streams.list()) streams.push(config);
    await Promise.all(
      streams.map(async ({ name, retention }) => {
        const isQueue = retention === RetentionPolicy.Workqueue;
        kept.set(
          `stream: ${name}`,
          await (isQueue ? queueText(connection, name) : streamText(connection, name, since)),
        );
      }),
    );
  } finally {
    await connection.close();
  }
}

async function streamText(connection: NatsConnection, name: string, since: Date): Promise<string> {
  const consumer = await jetstream(connection).consumers.get(name, {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: since.toISOString(),
  });
  const texts: string[] = [];
  // What is stored meanwhile is of later; a pull for more than there is would wait for it.
  let { num_pending: left } = await consumer.info(true);
  while (left > 0) {
    const before = left;
    for await (const message of await consumer.fetch({ max_messages: Math.min(left, 500), expires: 5_000 })) {
      texts.push(message.subject, JSON.stringify([...(message.headers ?? [])]), latin1(message.data));
      left--;
    }
    // What was deleted since it was counted does not come.
    if (left === before) break;
  }
  return texts.join('\n');
}

const latin1 = (data: Uint8Array) => Buffer.from(data).toString('latin1');

/** A queue has no second reader; what is in it is little, and most of its numbers are of messages that are gone. */
async function queueText(connection: NatsConnection, name: string): Promise<string> {
  const { streams } = await jetstreamManager(connection);
  const texts: string[] = [];
  for (let seq = 1; ;) {
    // The client has no type for the next one from a number on.
    const message = await streams.getMessage(name, { seq, next_by_subj: '>' } as MsgRequest);
    if (message === null) return texts.join('\n');
    texts.push(message.subject, latin1(message.data));
    seq = message.seq + 1;
  }
}

/** Each key with its value of whatever type. */
async function addRedis(kept: Map<string, string>): Promise<void> {
  await inRedis(async (redis) => {
    const [, compression = 'yes'] = await redis.config('GET', COMPRESSION);
    // Where it is on, what a long text repeats of itself is a reference in its dump.
    await redis.config('SET', COMPRESSION, 'no');
    try {
      const texts: string[] = [];
      for (const key of await redis.keys('*')) texts.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
      kept.set('redis', texts.join('\n'));
    } finally {
      await redis.config('SET', COMPRESSION, compression);
    }
  });
}

const COMPRESSION = 'rdbcompression';

/** Keeps a text in Redis for a while, as a service might that should not. */
export async function keepInRedis(key: string, text: string): Promise<void> {
  await inRedis((redis) => redis.set(key, text, 'EX', 3_600));
}

async function inRedis(work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(urlOf('redis'));
  try {
    await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function addMetrics(kept: Map<string, string>): Promise<void> {
  for (const [name, { health_url: url }] of Object.entries(readEndpoints().services)) {
    if (!url) continue;
    for (const path of ['/metrics', '/health/ready', '/health/live'])
      kept.set(`${name}${path}`, await (await fetch(new URL(path, url))).text());
  }
}

function addLogs(kept: Map<string, string>): void {
  const folder = join(platformHome(), 'logs');
  for (const name of readdirSync(folder)) kept.set(`log: ${name}`, readFileSync(join(folder, name), 'latin1'));
}

function urlOf(server: 'redis' | 'mongodb'): string {
  const { url } = readEndpoints().servers[server];
  if (!url) throw new Error(`endpoints.json has no address of ${server}`);
  return url;
}

/** Values of any depth as text; bytes as they are and, where they are compressed, what is in them. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const bytes = bytesOf(value);
  if (bytes !== null) {
    try {
      return inflateRawSync(bytes).toString('latin1');
    } catch {
      return bytes.toString('latin1');
    }
  }
  return Object.entries(value)
    .map(([name, item]) => `${name}: ${textOf(item)}`)
    .join('\n');
}

function bytesOf(value: object): Buffer | null {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const { _bsontype: type, buffer } = value as { _bsontype?: string; buffer?: Uint8Array };
  return type === 'Binary' && buffer ? Buffer.from(buffer) : null;
}
