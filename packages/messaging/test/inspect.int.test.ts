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
    expect([made.missing, made.differences, made.surplus]).toEqual([[], [], []]);
    expect(made.replicas.size).toBe(TOPOLOGY.streams.length);
    expect([...new Set(made.replicas.values())]).toEqual([1]);

    const manager = await jetstreamManager(bus.connection);
    await manager.streams.update('DLQ', { max_age: 3_600_000_000_000, subjects: ['dlq.>', 'theirs.>'] });
    const { differences } = await inspectNats(nats.url);
    expect(differences).toEqual([
      expect.stringContaining('stream DLQ: subjects has theirs.> on the server'),
      'stream DLQ: max_age is not what this release makes it',
    ]);
    await manager.streams.update('DLQ', { max_age: 0, subjects: ['dlq.>'] });
  } finally {
    await bus.close();
  }
});

test('what a stream or a consumer has besides is found, also what services take away and what they cannot', async () => {
  const bus = await connectBus({ url: nats.url, name: 'maker', logger: silentLogger });
  try {
    const manager = await jetstreamManager(bus.connection);
    await manager.streams.update('RUNS', {
      republish: { src: '>', dest: 'copies.>' },
      no_ack: true,
      max_bytes: 1_000_000,
    });
    await manager.streams.update('EVENTS', { deny_purge: true, max_msg_size: 10, metadata: { owner: 'us' } });
    await manager.streams.update('OBJ_replies', { allow_msg_ttl: true });
    const { config } = await manager.streams.info('OBJ_replies');
    await bus.connection.request('$JS.API.STREAM.UPDATE.OBJ_replies', JSON.stringify({ ...config, sealed: true }));
    await manager.consumers.update('RUNS', 'executor-0', { sample_freq: '100', headers_only: true });
    const { differences, surplus } = await inspectNats(nats.url);
    expect(differences.filter((one) => one.includes('RUNS'))).toEqual([
      'stream RUNS: republish is not what this release makes it',
      'stream RUNS: no_ack is not what this release makes it',
    ]);
    expect([...surplus].sort()).toEqual([
      'consumer executor-0 of stream RUNS: headers_only is true, which Millrace does not set',
      'consumer executor-0 of stream RUNS: sample_freq is "100", which Millrace does not set',
      'stream EVENTS: deny_purge is true, which Millrace does not set',
      'stream EVENTS: max_msg_size is 10, which Millrace does not set',
      expect.stringContaining('stream OBJ_replies: allow_msg_ttl is true'),
      'stream OBJ_replies: deny_delete is true, which Millrace does not set',
      'stream OBJ_replies: deny_purge is true, which Millrace does not set',
      expect.stringContaining('stream OBJ_replies: sealed is true'),
    ]);
  } finally {
    await bus.close();
  }
});

test('a server that is not there is said to be so', async () => {
  await expect(inspectNats('nats://127.0.0.1:1')).rejects.toThrow();
});
