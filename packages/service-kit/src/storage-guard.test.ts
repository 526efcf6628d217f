import { tmpdir } from 'node:os';
import { LIMITS } from '@millrace/contracts';
import { Room, type StoreUsage } from '@millrace/messaging';
import { FakeHttpServer, waitUntil } from '@millrace/testing';
import type { LookUp } from './host-addresses.js';
import { createLogger } from './logging.js';
import { registry } from './metrics.js';
import { NatsMonitor } from './nats-monitor.js';
import { StorageGuard } from './storage-guard.js';

/** Percent of a store that is kept free. */
const RESERVE = 20;
const logger = createLogger({ service: 'test', level: 'silent' });

interface Guarded {
  readonly monitors?: readonly string[];
  readonly folders?: string[];
  readonly now?: () => number;
  readonly lookUp?: LookUp;
  readonly isAway?: boolean;
}

/** A guard of one store with a limit of 1,000, and the usage that it sees. */
function guarded(options: Guarded = {}) {
  const monitors = [...(options.monitors ?? [])];
  const stores: StoreUsage[] = [];
  const room = new Room(options.now);
  let failing = false;
  const bus = {
    room,
    storeUsage: () => (failing ? Promise.reject(new Error('no reply')) : Promise.resolve(stores)),
    status: () => ({ connected: options.isAway !== true, server: 'nats://one', serverId: 'ONE' }),
  };
  const guard = new StorageGuard(
    bus,
    {
      MILLRACE_DATA_DIRS: options.folders ?? [],
      MILLRACE_NATS_MONITOR_URL: monitors,
      MILLRACE_STORAGE_RESERVE_PERCENT: RESERVE,
    },
    logger,
    new NatsMonitor(monitors, options),
  );
  const withFree = async (free: number, limit = 1_000) => {
    stores.splice(0, 1, { name: 'JOURNAL_0', used: limit - free, limit });
    await guard.look();
    return room.refusal?.code ?? null;
  };
  const fail = (value: boolean) => void (failing = value);
  return { guard, room, stores, withFree, fail };
}

test('starts are refused below the reserve, and accepted again only well above it', async () => {
  const { withFree, guard } = guarded();
  expect(await withFree(210)).toBeNull();
  expect(await withFree(190)).toBe('STORAGE_FULL');
  expect(guard.check()).toMatchObject({ up: false });
  expect(await withFree(230)).toBe('STORAGE_FULL');
  expect(await withFree(250)).toBeNull();
  expect(guard.check()).toEqual({ up: true });
  expect(await withFree(210)).toBeNull();
});

test('the room gets what is free of the fullest store, and when nothing is watched any more', async () => {
  const { withFree, room, stores, guard } = guarded({ folders: [tmpdir()] });
  await withFree(210);
  expect(room.store).toEqual({ free: 210, limit: 1_000 });
  const alone = guarded();
  await alone.withFree(-5);
  expect(alone.room.store).toEqual({ free: 0, limit: 1_000 });
  stores.length = 0;
  await guard.look();
  expect(room.store?.limit).toBeGreaterThan(1_000);
  alone.stores.length = 0;
  await alone.guard.look();
  expect(alone.room.store).toBeNull();
});

test('a store that cannot be read for the moment stays as it was read last, full ones too, and not for ever', async () => {
  const { guard, room, withFree, fail } = guarded();
  expect(await withFree(100)).toBe('STORAGE_FULL');
  fail(true);
  for (let look = 0; look < 60; look++) await guard.look();
  expect([room.refusal?.code, room.store]).toEqual(['STORAGE_FULL', { free: 100, limit: 1_000 }]);
  await guard.look();
  expect([room.refusal, room.store]).toEqual([null, null]);
  fail(false);
  await guard.look();
  expect(room.refusal?.code).toBe('STORAGE_FULL');
});

test('an installation whose stores are not watched says so: log, health, and metric', async () => {
  const { guard, withFree } = guarded({ monitors: ['http://127.0.0.1:9'], folders: ['/no/such/folder'] });
  const warn = jest.spyOn(logger, 'warn');
  await guard.look();
  await guard.look();
  expect(guard.check()).toMatchObject({ up: true, detail: expect.stringContaining('MILLRACE_DATA_DIRS') as string });
  expect(await registry.getSingleMetricAsString('millrace_storage_watched')).toMatch(/ 0$/m);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('MILLRACE_NATS_MONITOR_URL')]]);
  await withFree(900);
  expect(guard.check()).toEqual({ up: true });
  expect(await registry.getSingleMetricAsString('millrace_storage_watched')).toMatch(/ 1$/m);
  warn.mockRestore();
});

test('with half of the reserve left nothing that was accepted begins either', async () => {
  const { withFree, room } = guarded();
  await withFree(110);
  expect(() => room.requireToBegin()).not.toThrow();
  await withFree(90);
  expect(() => room.requireToBegin()).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
  await withFree(110);
  expect(() => room.requireToBegin()).not.toThrow();
});

test('of a large store no more than the limit is kept free', async () => {
  const { withFree } = guarded();
  expect(await withFree(LIMITS.storageReserveBytes + 1, 1_000 * LIMITS.storageReserveBytes)).toBeNull();
  expect(await withFree(LIMITS.storageReserveBytes - 1, 1_000 * LIMITS.storageReserveBytes)).toBe('STORAGE_FULL');
});

test('disks are watched where there are any yet', async () => {
  const { guard } = guarded({ folders: [tmpdir(), '/no/such/folder'] });
  await guard.look();
  const shown = await registry.getSingleMetricAsString('millrace_storage_free_bytes');
  expect(shown).toMatch(new RegExp(`store="disk of ${tmpdir()}"\\} [1-9]`));
  expect(shown).not.toContain('/no/such/folder');
});

test('each store is shown, also after one that is full, and one that is gone is not', async () => {
  const { withFree, stores, guard } = guarded();
  const shown = () => registry.getSingleMetricAsString('millrace_storage_free_bytes');
  stores.push({ name: 'JOURNAL_0', used: 0, limit: 1 }, { name: 'RUNS', used: 300, limit: 1_000 });
  await withFree(10);
  expect(await shown()).toMatch(/store="JOURNAL_0"\} 10$/m);
  expect(await shown()).toMatch(/store="RUNS"\} 700$/m);
  stores.pop();
  await guard.look();
  expect(await shown()).toContain('JOURNAL_0');
  expect(await shown()).not.toContain('RUNS');
});

describe('a NATS server', () => {
  const NOBODY = 'http://127.0.0.1:9';
  const tooLate = new Promise<never>(() => undefined);
  let server: FakeHttpServer;
  let health: object;
  /** Null for a page that takes too long. */
  let store: object | null;
  let monitor: string;

  beforeAll(async () => {
    server = await FakeHttpServer.start();
    server.on('/healthz', () => ({ body: health }));
    server.on('/jsz', () => (store === null ? tooLate : { body: store }));
    monitor = server.url;
  });
  beforeEach(() => {
    health = { status: 'ok' };
    store = { config: { max_storage: 1_000 }, storage: 0 };
  });
  afterAll(() => server?.stop());

  test('that has met a full disk is not ready, and starts are refused for lack of space until it is healthy', async () => {
    const { guard, room } = guarded({ monitors: [monitor] });
    health = { status: 'unavailable', error: 'JetStream: write /data/1.blk: no space left on device' };
    await guard.look();
    expect(room.refusal).toMatchObject({ code: 'STORAGE_FULL' });
    expect(guard.natsCheck()).toMatchObject({ up: false, detail: expect.stringContaining('no space left') as string });
    health = { status: 'ok' };
    await guard.look();
    expect(room.refusal).toBeNull();
    expect(guard.natsCheck()).toEqual({ up: true, detail: 'nats://one' });
  });

  test('that is not healthy for another reason is away, not full', async () => {
    const { guard, room } = guarded({ monitors: [monitor] });
    health = { status: 'unavailable', error: 'JetStream has no leader' };
    await guard.look();
    expect(room.refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { service: 'nats' } });
    expect(guard.check()).toEqual({ up: true });
    expect(guard.natsCheck()).toMatchObject({ up: false });
  });

  test('that is not healthy for a moment, as while a stream is removed, is asked again before that counts', async () => {
    const { guard, room } = guarded({ monitors: [monitor] });
    const before = server.callsTo('/healthz').length;
    health = { status: 'unavailable', error: "JetStream stream '$G > OLD' could not be recovered" };
    const looked = guard.look();
    await waitUntil('it is asked', () => server.callsTo('/healthz').length > before);
    health = { status: 'ok' };
    await looked;
    expect([room.refusal, guard.natsCheck()]).toEqual([null, { up: true, detail: 'nats://one' }]);
    expect(server.callsTo('/healthz').length).toBe(before + 2);
  });

  test('whose store is nearly full has starts refused', async () => {
    const { guard, room } = guarded({ monitors: [monitor] });
    store = { config: { max_storage: 1_000 }, storage: 850 };
    await guard.look();
    expect(room.refusal).toMatchObject({ code: 'STORAGE_FULL' });
  });

  test('that is another than the one of the connection may be unhealthy, and the one of the connection may not', async () => {
    const { guard, room } = guarded({ monitors: [monitor] });
    health = { status: 'unavailable', error: 'JetStream has no leader' };
    store = { server_id: 'TWO', config: { max_storage: 1_000 }, storage: 0 };
    await guard.look();
    expect([room.refusal, guard.natsCheck()]).toEqual([null, { up: true, detail: 'nats://one' }]);
    store = { ...store, server_id: 'ONE' };
    await guard.look();
    expect(room.refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(guard.natsCheck()).toMatchObject({ up: false });
  });

  test('of several that does not say whose its trouble is does not count, and one that is alone does', async () => {
    health = { status: 'unavailable', error: 'JetStream has no leader' };
    store = null;
    const ofSeveral = guarded({ monitors: [monitor, NOBODY] });
    await ofSeveral.guard.look();
    expect([ofSeveral.room.refusal, ofSeveral.guard.natsCheck()]).toEqual([null, { up: true, detail: 'nats://one' }]);
    const alone = guarded({ monitors: [monitor] });
    await alone.guard.look();
    expect(alone.room.refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(alone.guard.natsCheck()).toMatchObject({ up: false });
  });

  test.each([
    ['ONE', false],
    ['TWO', true],
  ])('of several that was %s before its trouble is that one still', async (server_id, up) => {
    const { guard } = guarded({ monitors: [monitor, NOBODY] });
    store = { server_id, config: { max_storage: 1_000 }, storage: 0 };
    await guard.look();
    health = { status: 'unavailable', error: 'JetStream has no leader' };
    store = null;
    for (let look = 0; look < 2; look++) {
      await guard.look();
      expect(guard.natsCheck()).toMatchObject({ up });
    }
  });

  test('whose name is never looked up to the end is asked by its name, and nothing waits', async () => {
    let now = 0;
    const lookUp = jest.fn(() => new Promise<never>(() => undefined));
    const { guard, withFree } = guarded({
      monitors: [monitor.replace('127.0.0.1', 'localhost')],
      lookUp,
      now: () => now,
    });
    expect(await withFree(190)).toBe('STORAGE_FULL');
    now += 60_000;
    expect(await withFree(900)).toBeNull();
    health = { status: 'unavailable', error: 'JetStream has no leader' };
    await guard.look();
    expect(guard.natsCheck()).toMatchObject({ up: false });
    expect(lookUp).toHaveBeenCalledTimes(1);
  });

  test('whose address is gone is not shown any more, nor counts what it said when the address comes back', async () => {
    let now = 0;
    let addresses = ['127.0.0.1', '127.0.0.2'];
    const lookUp = () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })));
    const { guard, room } = guarded({
      monitors: [monitor.replace('127.0.0.1', 'localhost')],
      lookUp,
      now: () => now,
    });
    const lookAt = async (found: string[]): Promise<void> => {
      addresses = found;
      now += 30_000;
      // The first one has the addresses looked up.
      for (let look = 0; look < 2; look++) await guard.look();
    };
    const shown = () => registry.getSingleMetricAsString('millrace_storage_free_bytes');
    store = { config: { max_storage: 1_000 }, storage: 850 };
    await guard.look();
    expect(room.refusal).toMatchObject({ code: 'STORAGE_FULL' });
    expect(await shown()).toContain('store="NATS store of 127.0.0.1:');
    await lookAt(['127.0.0.2', '127.0.0.3']);
    expect(room.refusal).toBeNull();
    expect(await shown()).not.toContain('127.0.0.1');
    store = null;
    await lookAt(['127.0.0.1', '127.0.0.2']);
    expect(room.refusal).toBeNull();
  });

  test('that does not confirm what is published is not ready', () => {
    let now = 0;
    const { guard, room } = guarded({ now: () => now });
    for (; now <= 2_000; now += 500) room.unanswered('RUNS');
    expect(guard.natsCheck()).toMatchObject({ up: false, detail: expect.stringContaining('confirm') as string });
    room.answered('RUNS');
    expect(guard.natsCheck()).toMatchObject({ up: true });
  });

  test('that is not connected to is not ready', () => {
    expect(guarded({ isAway: true }).guard.natsCheck()).toEqual({ up: false, detail: 'not connected' });
    expect(guarded().guard.natsCheck()).toEqual({ up: true, detail: 'nats://one' });
  });
});
