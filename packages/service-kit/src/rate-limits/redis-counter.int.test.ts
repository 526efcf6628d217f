import { Redis } from 'ioredis';
import { startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import { createLogger } from '../logging.js';
import { openRedis } from '../redis.js';
import { RedisCounter } from './redis-counter.js';

const WINDOW_MS = 60_000;
const CALLS = 200;

let server: OwnServer;
let redis: Redis;
let other: Redis;

beforeAll(async () => {
  server = await startRedis();
  const logger = createLogger({ service: 'test', level: 'fatal' });
  redis = openRedis({ url: server.url, logger });
  other = openRedis({ url: server.url, logger });
  await waitUntil('the connections', () => redis.status === 'ready' && other.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  other.disconnect();
  await server.stop();
});

async function commandsOfScripts(): Promise<number> {
  const statistics = await redis.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}

test('calls at the same time have a count each, whichever process counts them, and few round trips', async () => {
  const counters = [new RedisCounter(redis), new RedisCounter(other)];
  const before = await commandsOfScripts();
  const counts = await Promise.all(
    Array.from({ length: CALLS }, (_, call) => (counters[call % 2] as RedisCounter).count('busy', WINDOW_MS)),
  );
  expect(counts.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: CALLS }, (_, call) => call + 1));
  expect((await commandsOfScripts()) - before).toBeLessThanOrEqual(6);
  expect(await counters[0]?.count('busy', WINDOW_MS)).toBe(CALLS + 1);
});

test('keys do not wait for one another, and each expires with its window', async () => {
  const counter = new RedisCounter(redis);
  const counts = await Promise.all(['a', 'b', 'a', 'b', 'a'].map((key) => counter.count(`key:${key}`, WINDOW_MS)));
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  for (const key of ['key:a', 'key:b']) {
    const left = await redis.pttl(key);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(WINDOW_MS);
  }
});

describe('calls that come while earlier ones of their key are being counted', () => {
  /** Redis takes commands, and replies to those that write only after `CLIENT UNPAUSE`. */
  const holdWrites = () => other.client('PAUSE', 60_000, 'WRITE');
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  /** One call that is on its way to Redis, and others behind it that came in two turns of the event loop. */
  async function countInThreeTurns(counter: RedisCounter, key: string): Promise<Promise<number | null>[]> {
    const counts = [counter.count(key, WINDOW_MS)];
    await turn();
    for (let call = 0; call < 4; call++) {
      counts.push(counter.count(key, WINDOW_MS));
      if (call === 1) await turn();
    }
    return counts;
  }

  test('are counted after them, together, in the order in which they came', async () => {
    const counter = new RedisCounter(redis);
    await counter.count('warm', WINDOW_MS);
    const before = await commandsOfScripts();
    await holdWrites();
    const counts = await countInThreeTurns(counter, 'late');
    await other.client('UNPAUSE');
    expect(await Promise.all(counts)).toEqual([1, 2, 3, 4, 5]);
    expect((await commandsOfScripts()) - before).toBe(2);
  });

  test('are not counted when Redis goes away meanwhile, and later ones are again', async () => {
    const counter = new RedisCounter(redis);
    await counter.count('lost', WINDOW_MS);
    await holdWrites();
    const counts = await countInThreeTurns(counter, 'lost');
    await server.kill();
    expect(await Promise.all(counts)).toEqual([null, null, null, null, null]);
    expect(await counter.count('lost', WINDOW_MS)).toBeNull();
    await server.restart();
    await waitUntil('calls to be counted', async () => (await counter.count('again', WINDOW_MS)) !== null);
  });
});
