import { jetstreamManager } from '@nats-io/jetstream';
import { startNats, type OwnServer } from '@millrace/testing';
import { connectBus, inspectNats, silentLogger, TOPOLOGY } from '../src/index.js';

let nats: OwnServer;

beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

test('a server is found to lack the streams that nobody has made, and to have them as they are to be afterwards', async () => {
  const empty = await inspectNats(nats.url);
  expect(empty.missing).toContain('RUNS');
  // The journal's come and go.
  expect(empty.missing.filter((name) => name.startsWith('JOURNAL'))).toEqual([]);
  expect([empty.cluster, empty.replicas.size]).toEqual([null, 0]);

  const bus = await connectBus({ url: nats.url, name: 'maker', logger: silentLogger });
  try {
    const made = await inspectNats(nats.url);
    expect([made.missing, made.differences]).toEqual([[], []]);
    expect(made.replicas.size).toBe(TOPOLOGY.streams.length);
    expect([...new Set(made.replicas.values())]).toEqual([1]);

    const manager = await jetstreamManager(bus.connection);
    await manager.streams.update('DLQ', { max_age: 3_600_000_000_000, subjects: ['dlq.>', 'theirs.>'] });
    const { differences } = await inspectNats(nats.url);
    expect(differences).toEqual([
      expect.stringContaining('stream DLQ: subjects has theirs.> on the server'),
      'stream DLQ: max_age is not what this release makes it',
    ]);
  } finally {
    await bus.close();
  }
});

test('a server that is not there is said to be so', async () => {
  await expect(inspectNats('nats://127.0.0.1:1')).rejects.toThrow();
});
