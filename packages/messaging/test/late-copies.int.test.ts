import { JournalEntry, RunRequested } from '@millrace/contracts';
import { aJournalEntry, aRunRequest, addLateCopies, startNats, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type NatsBus } from '../src/index.js';

/*
 * Any copy of a stream may answer a read. Here half of them have nothing of what was stored before, as one that is late has not.
 */

const READS = 40;

let nats: OwnServer;
let bus: NatsBus;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'late-copies', logger: silentLogger });
  await addLateCopies(bus.connection, ['JOURNAL_0', 'JOURNAL_1', 'RUNS']);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

test('a copy that is late may say that there is nothing', async () => {
  const entry = aJournalEntry();
  await bus.publish(JournalEntry, entry);

  const reads = await Promise.all(Array.from({ length: READS }, () => bus.lastOnSubject(JournalEntry, entry)));
  expect(reads).toContain(null);
});

test('that there is nothing is only said when the leader says so too, where that is asked for', async () => {
  const entry = aJournalEntry();
  const run = aRunRequest();
  const confirmed = { confirmNone: true };
  expect(await bus.lastOnSubject(JournalEntry, entry, confirmed)).toBeNull();
  await bus.publish(JournalEntry, entry);
  await bus.publish(RunRequested, run);
  for (let read = 0; read < READS; read++) {
    expect((await bus.lastOnSubject(JournalEntry, entry, confirmed))?.payload).toEqual(entry);
    expect((await bus.lastOnSubject(RunRequested, run, confirmed))?.payload).toEqual(run);
  }
});
