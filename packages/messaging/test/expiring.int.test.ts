import { JournalEntry, newId, type JournalBatch } from '@millrace/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, TOPOLOGY, type NatsBus, type Topology } from '../src/index.js';

/* A message that goes before the age of its stream. */

let nats: OwnServer;
const buses: NatsBus[] = [];

beforeAll(async () => {
  nats = await startNats();
});
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await nats.stop();
});

/** What an earlier release made: there no message of the journal expired. */
const EARLIER: Topology = {
  ...TOPOLOGY,
  streams: TOPOLOGY.streams.map(({ expiring: _, ...stream }) => stream),
};

async function connected(topology: Topology): Promise<NatsBus> {
  const bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger, topology });
  buses.push(bus);
  return bus;
}

function anEntry(): JournalBatch {
  return {
    entry_id: 'end',
    execution_id: newId('execution'),
    organisation_id: newId('organisation'),
    events: [{ type: 'completed', at: new Date().toISOString(), output: 1 }],
  };
}

test('a stream of an earlier release keeps it, and lets the next ones go once it is brought up to date', async () => {
  const earlier = await connected(EARLIER);
  const stays = anEntry();
  const begun = await earlier.publish(JournalEntry, stays, { expectLastSequence: 0 });
  await earlier.publish(JournalEntry, stays, {
    expectLastSequence: begun.sequence,
    replacesEarlier: true,
    expiresAfterMs: 1_000,
  });
  const bus = await connected(TOPOLOGY);
  const manager = await jetstreamManager(bus.connection);
  expect((await manager.streams.info('JOURNAL_0')).config).toMatchObject({ allow_msg_ttl: true });

  const goes = anEntry();
  const first = await bus.publish(JournalEntry, goes, { expectLastSequence: 0 });
  const { sequence } = await bus.publish(JournalEntry, goes, {
    expectLastSequence: first.sequence,
    replacesEarlier: true,
    expiresAfterMs: 1_000,
  });
  expect(sequence).toBeGreaterThan(first.sequence);
  await waitUntil('it is gone', async () => (await bus.lastOnSubject(JournalEntry, goes)) === null);
  // Nothing is left on the subject: the next entry is its first.
  await bus.publish(JournalEntry, goes, { expectLastSequence: 0 });
  expect((await bus.readSubject(JournalEntry, stays)).map(({ payload }) => payload)).toEqual([stays]);
});
