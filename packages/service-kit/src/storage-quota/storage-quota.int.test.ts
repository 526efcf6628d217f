import { Redis } from 'ioredis';
import { AppError, LIMITS } from '@millrace/contracts';
import { Room } from '@millrace/messaging';
import { startRedis, waitUntil, type OwnServer } from '@millrace/testing';
import { createLogger } from '../logging.js';
import { openRedis } from '../redis.js';
import { KeptBytes } from './kept-bytes.js';
import { StorageQuota } from './storage-quota.js';

const MEBIBYTE = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1_000;
const PERCENT = 25;

let server: OwnServer;
let redis: Redis;
let other: Redis;
/** Days that have passed. */
let day: number;
const now = (): number => Date.UTC(2026, 0, 1) + day * DAY_MS;

beforeEach(async () => {
  day = 0;
  server = await startRedis();
  const logger = createLogger({ service: 'test', level: 'fatal' });
  redis = openRedis({ url: server.url, logger });
  other = openRedis({ url: server.url, logger });
  await waitUntil('the connections', () => redis.status === 'ready' && other.status === 'ready');
});
afterEach(async () => {
  redis.disconnect();
  other.disconnect();
  await server.stop();
});

/** A process that sees so many mebibytes free, of a store of 400. */
function aProcess(connection: Redis, freeMebibytes: number | null): { quota: StorageQuota; room: Room } {
  const room = new Room();
  room.measured(freeMebibytes === null ? null : { free: freeMebibytes * MEBIBYTE, limit: 400 * MEBIBYTE });
  return { quota: new StorageQuota(new KeptBytes(connection, now), room, PERCENT, now), room };
}

function refusal(quota: StorageQuota, organisation = 'org_a'): string | null {
  try {
    quota.require(organisation);
    return null;
  } catch (error) {
    return (error as AppError).code;
  }
}

test('an organisation that has stored its share is refused, in every process, and others are not', async () => {
  const [mine, theirs] = [aProcess(redis, 30).quota, aProcess(other, 30).quota];
  // A quarter of 40 MiB, of which 30 are free.
  mine.charge('org_a', 10 * MEBIBYTE);
  expect(refusal(mine)).toBeNull();
  mine.charge('org_a', 1);
  expect(refusal(mine)).toBe('QUOTA_EXCEEDED');
  expect(refusal(mine, 'org_b')).toBeNull();
  await mine.flush();
  await waitUntil('the other process to know', () => refusal(theirs) === 'QUOTA_EXCEEDED');
  expect(refusal(theirs, 'org_b')).toBeNull();
  expect(() => theirs.require('org_a')).toThrow(/has stored 10 MiB in the last 7 days, and may store 10 MiB/);
});

test('the bound falls with what is free, so that several organisations fill no store either', () => {
  const { quota, room } = aProcess(redis, 300);
  for (const organisation of ['org_a', 'org_b']) quota.charge(organisation, 50 * MEBIBYTE);
  expect(refusal(quota)).toBeNull();
  room.measured({ free: 100 * MEBIBYTE, limit: 400 * MEBIBYTE });
  expect([refusal(quota), refusal(quota, 'org_b')]).toEqual(['QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
  expect(refusal(quota, 'org_c')).toBeNull();
});

test('a refusal is looked at again within seconds, so that it ends soon after the day that fills the share does', async () => {
  const { quota } = aProcess(redis, 30);
  quota.charge('org_a', 1);
  // While that is on the way, so that the second is waited for.
  quota.charge('org_a', 11 * MEBIBYTE);
  await quota.flush();
  // The last second in which what was stored on the first day counts.
  day = LIMITS.storageQuotaDays - 1 / (24 * 60 * 60);
  expect(refusal(quota)).toBe('QUOTA_EXCEEDED');
  day = LIMITS.storageQuotaDays + 1 / (24 * 60 * 60);
  await waitUntil('the refusal to end', () => refusal(quota) === null);
});

test('where no store is watched the bound is a number of bytes, and the message names the cure', () => {
  const most = LIMITS.storageQuotaUnwatchedBytes;
  const { quota, room } = aProcess(redis, null);
  quota.charge('org_a', most);
  expect(refusal(quota)).toBeNull();
  quota.charge('org_a', 1);
  expect([refusal(quota), refusal(quota, 'org_b')]).toEqual(['QUOTA_EXCEEDED', null]);
  expect(() => quota.require('org_a')).toThrow(/free space of no store is known.*MILLRACE_NATS_MONITOR_URL/);
  expect(quota.chargeRunning('org_a', most - 1)).toBeNull();
  expect(quota.chargeRunning('org_a', 1)).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  // As soon as one is watched, its room decides.
  room.measured({ free: 20 * most, limit: 40 * most });
  expect(refusal(quota)).toBeNull();
});

test('nobody is refused by it while all starts are refused for want of room', () => {
  const { quota, room } = aProcess(redis, 1);
  quota.charge('org_a', 1_000 * MEBIBYTE);
  room.refuse(new AppError('STORAGE_FULL'));
  expect(refusal(quota)).toBeNull();
});

test('what was accepted may store more than a start: twice as much, or the share of the whole store', () => {
  const { quota, room } = aProcess(redis, 390);
  quota.charge('org_a', 130 * MEBIBYTE + 1);
  expect(refusal(quota)).toBe('QUOTA_EXCEEDED');
  expect(quota.chargeRunning('org_a', 120 * MEBIBYTE)).toBeNull();
  expect(quota.chargeRunning('org_a', 20 * MEBIBYTE)).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  // What was refused is not stored.
  expect(quota.chargeRunning('org_a', 9 * MEBIBYTE)).toBeNull();
  // Others have filled the store: a quarter of all of it is 100 MiB.
  room.measured({ free: 3 * MEBIBYTE, limit: 400 * MEBIBYTE });
  expect(quota.chargeRunning('org_b', 90 * MEBIBYTE)).toBeNull();
  expect(quota.chargeRunning('org_b', 20 * MEBIBYTE)).toMatchObject({ code: 'QUOTA_EXCEEDED' });
});

test('a process that starts anew knows what was stored before, until the days are over', async () => {
  const before = aProcess(redis, 30).quota;
  before.charge('org_a', 6 * MEBIBYTE);
  day = 3;
  before.charge('org_a', 5 * MEBIBYTE);
  await before.beforeApplicationShutdown();
  const after = aProcess(other, 30).quota;
  await waitUntil('the sum', () => refusal(after) === 'QUOTA_EXCEEDED');
  day = 6;
  const later = aProcess(other, 30).quota;
  await waitUntil('the sum of seven days', () => refusal(later) === 'QUOTA_EXCEEDED');
  day = 7;
  await waitUntil('the first day to be over', () => refusal(after) === null);
  expect(await other.hlen('storage:org_a')).toBe(1);
  const left = await other.ttl('storage:org_a');
  expect(left).toBeGreaterThan(7 * 24 * 3_600);
});

test('what is charged while Redis is away counts at once in its process, and in all when it is back', async () => {
  const { quota } = aProcess(redis, 30);
  quota.charge('org_a', 1);
  await waitUntil('the first charge', async () => (await other.hvals('storage:org_a'))[0] === '1');
  await server.kill();
  quota.charge('org_a', 11 * MEBIBYTE);
  await quota.flush();
  expect(refusal(quota)).toBe('QUOTA_EXCEEDED');
  await server.restart();
  await waitUntil('Redis to know', async () => {
    await quota.flush();
    return Number((await other.hvals('storage:org_a').catch(() => []))[0]) >= 11 * MEBIBYTE;
  });
});

test('many charges of an organisation are few commands', async () => {
  const { quota } = aProcess(redis, 30);
  for (let charge = 0; charge < 1_000; charge++) quota.charge('org_a', 200);
  await quota.flush();
  const calls = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await other.info('commandstats'))?.[1] ?? 0);
  expect(calls).toBeLessThanOrEqual(2);
});

test('what is charged while the process stops is written at once', async () => {
  const { quota } = aProcess(redis, 30);
  quota.charge('org_a', 1);
  await quota.beforeApplicationShutdown();
  quota.charge('org_a', 2);
  quota.charge('org_a', 3);
  await waitUntil('all of it', async () => (await other.hvals('storage:org_a'))[0] === '6');
});

test('many bytes of an organisation reach the others at once', async () => {
  const { quota } = aProcess(redis, 30);
  quota.charge('org_a', 1);
  await waitUntil('the first charge', async () => (await other.hvals('storage:org_a'))[0] === '1');
  quota.charge('org_a', MEBIBYTE);
  await waitUntil('the second', async () => (await other.hvals('storage:org_a'))[0] === String(MEBIBYTE + 1), 3_000);
});

test('of organisations without end only so many are remembered, and Redis is not asked at each call while it is away', () => {
  const asked: string[] = [];
  const counter = {
    charge: (organisation: string) => {
      asked.push(organisation);
      return Promise.resolve(null);
    },
  };
  const room = new Room();
  room.measured({ free: 30 * MEBIBYTE, limit: 400 * MEBIBYTE });
  const quota = new StorageQuota(counter, room, PERCENT, now);
  const count = LIMITS.rateLimitKeys + 1;
  for (let index = 0; index < count; index++) quota.require(`org_${index}`);
  expect(asked).toHaveLength(count);
  quota.require(`org_${count - 1}`);
  expect(asked).toHaveLength(count);
  // Those that came first had to go.
  quota.require('org_0');
  expect(asked).toHaveLength(count + 1);
});

test('a counter that does not reply is asked again after some time, not at once', async () => {
  let asked = 0;
  const counter = { charge: () => Promise.resolve((asked++, null)) };
  const room = new Room();
  room.measured({ free: 30 * MEBIBYTE, limit: 400 * MEBIBYTE });
  const quota = new StorageQuota(counter, room, PERCENT, now);
  for (let call = 0; call < 5; call++) {
    quota.require('org_a');
    await quota.flush();
    await Promise.resolve();
  }
  expect(asked).toBe(1);
  day = 1;
  quota.require('org_a');
  expect(asked).toBe(2);
});
