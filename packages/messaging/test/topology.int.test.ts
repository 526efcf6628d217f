import { connect, type NatsConnection } from '@nats-io/transport-node';
import {
  AckPolicy,
  DiscardPolicy,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { startNats, type OwnServer } from '@millrace/testing';
import {
  connectBus,
  ensureTopology,
  silentLogger,
  TOPOLOGY,
  TopologyError,
  type Logger,
  type Topology,
} from '../src/index.js';

let nats: OwnServer;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeEach(async () => {
  nats = await startNats();
  connection = await connect({ servers: nats.url });
  manager = await jetstreamManager(connection);
});
afterEach(async () => {
  await connection.close();
  await nats.stop();
});

/** All configurations on the server, by name. */
async function configurations(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for await (const stream of manager.streams.list()) {
    found[stream.config.name] = { ...stream.config, created: stream.created };
    for await (const consumer of manager.consumers.list(stream.config.name)) {
      found[`${stream.config.name}/${consumer.name}`] = { ...consumer.config, created: consumer.created };
    }
  }
  return found;
}

function withStream(name: string, changes: Partial<Topology['streams'][number]>): Topology {
  return {
    ...TOPOLOGY,
    streams: TOPOLOGY.streams.map((stream) => (stream.name === name ? { ...stream, ...changes } : stream)),
  };
}

function recordingLogger(): Logger & { lines: string[] } {
  const lines: string[] = [];
  const write = (_: object, message: string) => void lines.push(message);
  return { lines, debug: write, info: write, warn: write, error: write };
}

test('a process that goes silent loses its messages after the time that was asked for', async () => {
  const options = { url: nats.url, name: 'executor', logger: silentLogger };
  const waits = async () => {
    const infos = await Promise.all([0, 1].map((lane) => manager.consumers.info('RUNS', `executor-${lane}`)));
    return infos.map(({ config }) => Number(config.ack_wait) / 1e9);
  };
  for (const [ackWaitMs, seconds] of [
    [undefined, 30],
    [8_000, 8],
    [undefined, 30],
  ] as const) {
    const bus = await connectBus({ ...options, ackWaitMs });
    expect(await waits()).toEqual([seconds, seconds]);
    await bus.close();
  }
});

test('creates every stream and consumer, and changes nothing the second time', async () => {
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  const first = await configurations();
  expect(Object.keys(first).sort()).toEqual(
    [
      ...TOPOLOGY.streams.map((stream) => stream.name),
      ...TOPOLOGY.consumers.map((consumer) => `${consumer.stream}/${consumer.name}`),
    ].sort(),
  );
  expect(first['RUNS']).toMatchObject({
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    max_consumers: 256,
    allow_direct: true,
  });
  expect(first['RUNS/executor-0']).toMatchObject({
    ack_policy: AckPolicy.Explicit,
    ack_wait: 30e9,
    max_deliver: -1,
    filter_subject: 'runs.0.>',
  });

  const logger = recordingLogger();
  const updates: string[] = [];
  const watch = connection.subscribe('$JS.API.*.UPDATE.>', {
    callback: (_, message) => void updates.push(message.subject),
  });
  await ensureTopology(connection, TOPOLOGY, logger);
  expect(await configurations()).toEqual(first);
  expect(logger.lines).toEqual([]);
  expect(updates).toEqual([]);
  watch.unsubscribe();
});

test('five services that boot at once agree', async () => {
  const buses = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      connectBus({ url: nats.url, name: `service-${index}`, logger: silentLogger }),
    ),
  );
  expect(buses.map((bus) => bus.status().connected)).toEqual([true, true, true, true, true]);
  expect(Object.keys(await configurations())).toHaveLength(TOPOLOGY.streams.length + TOPOLOGY.consumers.length);
  await Promise.all(buses.map((bus) => bus.close()));
});

test('raises limits and adds subjects, and leaves alone what an operator has raised', async () => {
  await ensureTopology(
    connection,
    withStream('EVENTS', { maxAgeMs: 3_600_000, subjects: ['events.org.>'] }),
    silentLogger,
  );
  await manager.streams.update('DLQ', { max_age: 0 });
  await manager.consumers.update('RUNS', 'executor-1', { max_ack_pending: 99_999 });

  const grown = withStream('EVENTS', { maxAgeMs: 7_200_000, subjects: ['events.org.>', 'lifecycle.>'] });
  await ensureTopology(connection, grown, silentLogger);
  const found = await configurations();
  expect(found['EVENTS']).toMatchObject({ max_age: 7_200_000 * 1e6, subjects: ['events.org.>', 'lifecycle.>'] });
  expect(found['DLQ']).toMatchObject({ max_age: 0 });
  expect(found['RUNS/executor-1']).toMatchObject({ max_ack_pending: 99_999 });
});

test('a full queue or journal refuses what is new and drops nothing, also one that an earlier release made', async () => {
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  await manager.streams.update('RUNS', { discard: DiscardPolicy.Old, max_bytes: 1_000_000 });
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  const found = await configurations();
  for (const name of ['RUNS', 'JOURNAL_0', 'JOURNAL_1']) expect(found[name]).toMatchObject({ discard: 'new' });
  expect(found['RUNS']).toMatchObject({ max_bytes: 1_000_000 });
});

test('takes away a limit of size at which timers would be dropped', async () => {
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  await manager.streams.update('TIMERS', { max_bytes: 1_000, max_msgs: 5 });
  await manager.streams.update('EVENTS', { max_bytes: 1_000_000 });
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  expect((await manager.streams.info('TIMERS')).config).toMatchObject({ max_bytes: -1, max_msgs: -1 });
  expect((await manager.streams.info('EVENTS')).config.max_bytes).toBe(1_000_000);
});

test('takes away what copies a stream to where others read it, brings in what nobody sent, or leaves writes unacknowledged', async () => {
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  const first = (await manager.streams.info('RUNS')).config;
  await manager.streams.update('RUNS', {
    republish: { src: '>', dest: 'live.>' },
    no_ack: true,
  });
  await manager.streams.update('DLQ', {
    sources: [{ name: 'KV_credits' }],
    subject_transform: { src: 'dlq.a.>', dest: 'dlq.b.>' },
  });
  const logger = recordingLogger();
  await ensureTopology(connection, TOPOLOGY, logger);
  expect((await manager.streams.info('RUNS')).config).toEqual(first);
  const { sources, subject_transform } = (await manager.streams.info('DLQ')).config;
  expect([sources, subject_transform]).toEqual([undefined, undefined]);
  expect(logger.lines).toHaveLength(2);
  await ensureTopology(connection, TOPOLOGY, logger);
  expect(logger.lines).toHaveLength(2);
});

test('refuses every unsafe difference by name and values, and updates none of them', async () => {
  await manager.streams.add({
    name: 'RUNS',
    subjects: ['runs.>'],
    retention: RetentionPolicy.Limits,
    storage: StorageType.Memory,
  });
  await manager.streams.add({ name: 'EVENTS', subjects: ['events.>', 'gossip.>'] });
  await manager.consumers.add('RUNS', {
    durable_name: 'executor-0',
    ack_policy: AckPolicy.Explicit,
    filter_subject: 'runs.7.>',
  });
  const ensuring = ensureTopology(connection, TOPOLOGY, silentLogger);
  await expect(ensuring).rejects.toBeInstanceOf(TopologyError);
  const { differences, message } = (await ensuring.catch((error: unknown) => error as TopologyError)) as TopologyError;
  expect(differences).toEqual([
    'stream RUNS: retention is "limits" on the server and must be "workqueue"',
    'stream RUNS: storage is "memory" on the server and must be "file"',
    'stream EVENTS: subjects has gossip.> on the server, which Millrace does not want there',
    'consumer executor-0 of stream RUNS: filter_subject is "runs.7.>" on the server and must be "runs.0.>"',
  ]);
  expect(message).toMatch(/nats stream edit/);
  expect((await manager.streams.info('RUNS')).config).toMatchObject({
    retention: 'limits',
    storage: 'memory',
    max_consumers: -1,
  });
});

test('a service does not start on an unsafe difference', async () => {
  await manager.streams.add({ name: 'RUNS', subjects: ['runs.>'], retention: RetentionPolicy.Limits });
  await expect(connectBus({ url: nats.url, name: 'x', logger: silentLogger })).rejects.toThrow(/retention is "limits"/);
});

test('connectBus waits for a server that is not there yet', async () => {
  const { url } = nats;
  await nats.kill();
  const connecting = connectBus({ url, name: 'early', logger: silentLogger });
  await nats.restart();
  const bus = await connecting;
  expect(bus.status()).toEqual({ connected: true, server: url.replace('nats://', ''), serverId: expect.any(String) });
  await bus.close();
  expect(bus.status()).toEqual({ connected: false, server: null, serverId: null });
});

test('compresses the journal of an older version, and lets end markers replace its entries', async () => {
  const journal = withStream('JOURNAL_0', { compressed: false, rollup: false });
  await ensureTopology(connection, journal, silentLogger);
  expect((await manager.streams.info('JOURNAL_0')).config).toMatchObject({ allow_rollup_hdrs: false });
  await ensureTopology(connection, TOPOLOGY, silentLogger);
  expect((await manager.streams.info('JOURNAL_0')).config).toMatchObject({
    allow_rollup_hdrs: true,
    compression: 's2',
  });
});
