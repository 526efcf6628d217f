import { AppError, JournalEntry, RunRequested, journalStreamOf } from '@millrace/contracts';
import { connectBus, newHeaders, silentLogger, TOPOLOGY, type NatsBus, type Topology } from '@millrace/messaging';

import {
  aJournalEntry,
  aRunRequest,
  startNats,
  startNatsCluster,
  waitUntil,
  type ClusterServer,
  type OwnServer,
} from '@millrace/testing';
import { createLogger } from '../src/logging.js';
import { StorageGuard } from '../src/storage-guard.js';

let nats: OwnServer;
let bus: NatsBus;
let guard: StorageGuard;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'guard-test', logger: silentLogger });
  const config = { MILLRACE_DATA_DIRS: [], MILLRACE_NATS_MONITOR_URL: [], MILLRACE_STORAGE_RESERVE_PERCENT: 20 };
  guard = new StorageGuard(bus, config, createLogger({ service: 'guard-test', level: 'silent' }));
});
afterAll(async () => {
  try {
    await bus.close();
  } finally {
    await nats.stop();
  }
});

/** A look that gets no reply in time goes by what was read before: on a busy machine the next one says how it is. */
const looks = (what: string, isSo: () => boolean) => waitUntil(what, () => guard.look().then(isSo));
const start = () => bus.publish(RunRequested, aRunRequest(), { acceptance: true });
const LIMIT = 100_000;
const MEBIBYTE = 1024 * 1024;

describe('StorageGuard', () => {
  test('refuses starts while only the reserve of the journal is left, which what runs still has', async () => {
    await limitJournal(LIMIT);
    await looks('the limit to be seen', () => bus.room.store?.limit === LIMIT);
    expect(guard.check()).toEqual({ up: true });
    await start();

    const entry = () => bus.publish(JournalEntry, { ...aJournalEntry(), ...inShard(0) });
    while ((await journal()).state.bytes < LIMIT * 0.81) await entry();
    await looks('the journal to be seen as full', () => bus.room.refusal !== null);
    expect(guard.check()).toMatchObject({ up: false, detail: expect.stringContaining('JOURNAL_0') as string });
    await expect(start()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await expect(entry()).resolves.toMatchObject({ duplicate: false });
    expect((await journal()).state.bytes).toBeLessThan(LIMIT);
  });

  test('accepts again once there is more than the reserve', async () => {
    await limitJournal(2 * LIMIT);
    await looks('the new limit to be seen', () => bus.room.refusal === null);
    expect(guard.check()).toEqual({ up: true });
    await start();
  });

  test('leaves NATS as ready while starts are refused for lack of space', async () => {
    bus.room.refuse(new AppError('STORAGE_FULL'));
    expect(guard.natsCheck()).toMatchObject({ up: true });
    bus.room.refuse(null);
  });
});

test('where no store is watched, NATS refuses starts by the limit of its store, and takes them again once there is room', async () => {
  const server = await startNats({ storeBytes: 3 * 1024 * 1024 });
  const own = await connectBus({ url: server.url, name: 'unwatched-test', logger: silentLogger });
  try {
    const config = {
      MILLRACE_DATA_DIRS: [],
      MILLRACE_NATS_MONITOR_URL: [],
      MILLRACE_STORAGE_RESERVE_PERCENT: 20,
    };
    const blind = new StorageGuard(own, config, createLogger({ service: 'guard-test', level: 'silent' }));
    await blind.look();
    expect([own.room.store, own.room.refusal]).toEqual([null, null]);
    expect(blind.check()).toMatchObject({ up: true, detail: expect.stringContaining('MILLRACE_DATA_DIRS') as string });
    const input = { text: 'x'.repeat(100_000) };
    const startLarge = () => own.publish(RunRequested, { ...aRunRequest(), input }, { acceptance: true });
    const fill = async (): Promise<void> => {
      for (let count = 0; count < 100; count++) await startLarge();
    };
    await expect(fill()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await own.connection.request('$JS.API.STREAM.PURGE.RUNS');
    await expect(startLarge()).resolves.toMatchObject({ duplicate: false });
  } finally {
    await own.close().finally(() => server.stop());
  }
});

test('of three servers the one with the fullest store counts, whichever a process is connected to', async () => {
  const servers = await startNatsCluster([
    { name: 'small', storeBytes: 2 * MEBIBYTE },
    { name: 'two' },
    { name: 'three' },
  ]);
  const [small, two] = servers as [ClusterServer, ClusterServer];
  const topology: Topology = { streams: TOPOLOGY.streams.filter(({ name }) => name === 'LAYOUT'), consumers: [] };
  const own = await connectBus({ url: two.server.url, name: 'cluster-test', logger: silentLogger, topology });
  try {
    const config = {
      MILLRACE_DATA_DIRS: [],
      MILLRACE_NATS_MONITOR_URL: servers.map(({ monitorUrl }) => monitorUrl),
      MILLRACE_STORAGE_RESERVE_PERCENT: 20,
    };
    const watching = new StorageGuard(own, config, createLogger({ service: 'guard-test', level: 'silent' }));
    const stream = JSON.stringify({ name: 'FILL', subjects: ['fill'], num_replicas: 3 });
    await waitUntil('the cluster to make a stream', async () => {
      const answer = await own.connection.request('$JS.API.STREAM.CREATE.FILL', stream).catch(() => undefined);
      return answer?.json<{ error?: unknown }>().error === undefined && answer !== undefined;
    });
    await waitUntil('all stores to be known', () => watching.look().then(() => own.room.store?.limit === 2 * MEBIBYTE));
    expect([watching.check(), own.room.store]).toEqual([{ up: true }, { free: 2 * MEBIBYTE, limit: 2 * MEBIBYTE }]);
    for (let part = 0; part < 7; part++) await fillUp(own, `part ${part}`);
    // Starts are refused as well while the server that this process is connected to catches up with the others.
    await waitUntil('the small one to be full', () =>
      watching.look().then(() => own.room.refusal?.code === 'STORAGE_FULL'),
    );
    expect(watching.check()).toMatchObject({
      detail: expect.stringContaining(new URL(small.monitorUrl).host) as string,
    });
    const page = (await (await fetch(`${two.monitorUrl}/jsz`)).json()) as { server_id: string };
    expect(own.status().serverId).toBe(page.server_id);
  } finally {
    await own.close().finally(() => Promise.all(servers.map(({ server }) => server.stop())));
  }
});

/** An execution whose journal is in a shard. */
function inShard(shard: number): { execution_id: string } {
  for (;;) {
    const { execution_id } = aJournalEntry();
    if (journalStreamOf(execution_id) === shard) return { execution_id };
  }
}

/** Stores a quarter of a mebibyte, once: a reply may be late on a busy machine, or say that the stream has no leader yet. */
async function fillUp(own: NatsBus, messageId: string): Promise<void> {
  const headers = newHeaders();
  headers.set('Nats-Msg-Id', messageId);
  await waitUntil(`${messageId} to be stored`, async () => {
    const asked = own.connection.request('fill', Buffer.alloc(MEBIBYTE / 4), { timeout: 5_000, headers });
    const reply = await asked.catch(() => undefined);
    return reply !== undefined && reply.json<{ error?: unknown }>().error === undefined;
  });
}

interface StreamInfo {
  readonly config: object;
  readonly state: { readonly bytes: number };
}

async function journal(): Promise<StreamInfo> {
  return (await bus.connection.request('$JS.API.STREAM.INFO.JOURNAL_0')).json<StreamInfo>();
}

async function limitJournal(bytes: number): Promise<void> {
  const config = { ...(await journal()).config, max_bytes: bytes, discard: 'new' };
  const answer = await bus.connection.request('$JS.API.STREAM.UPDATE.JOURNAL_0', JSON.stringify(config));
  expect(answer.json<{ error?: unknown }>().error).toBeUndefined();
}
