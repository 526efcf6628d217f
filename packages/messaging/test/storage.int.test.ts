import { JournalEntry, RunRequested } from '@millrace/contracts';
import { DiscardPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { aJournalEntry, aRunRequest, startNats, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type Logger, type NatsBus } from '../src/index.js';

let nats: OwnServer;
let bus: NatsBus;
let manager: JetStreamManager;
/** Attempts that the publisher makes after its first. */
const repetitions: unknown[] = [];
const logger: Logger = { ...silentLogger, warn: (fields) => void repetitions.push(fields) };

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'storage-test', logger });
  manager = await jetstreamManager(bus.connection);
});
beforeEach(() => void repetitions.splice(0));
afterAll(async () => {
  try {
    await bus.close();
  } finally {
    await nats.stop();
  }
});

describe('a publish to a stream that has no room', () => {
  test('is refused as STORAGE_FULL without a second attempt, and taken once there is room', async () => {
    await manager.streams.update('RUNS', { max_bytes: 1_000, discard: DiscardPolicy.New });
    const run = { ...aRunRequest(), input: 'x'.repeat(2_000) };
    await expect(bus.publish(RunRequested, run)).rejects.toMatchObject({ name: 'AppError', code: 'STORAGE_FULL' });
    expect(repetitions).toEqual([]);
    await manager.streams.update('RUNS', { max_bytes: -1 });
    await expect(bus.publish(RunRequested, run)).resolves.toMatchObject({ duplicate: false });
  });

  test('says nothing of subjects to whoever asked', async () => {
    const entry = aJournalEntry();
    const stream = JournalEntry.subject(entry).startsWith('journal.0') ? 'JOURNAL_0' : 'JOURNAL_1';
    await manager.streams.update(stream, { max_bytes: 10, discard: DiscardPolicy.New });
    const refusal = await bus.publish(JournalEntry, entry, { expectLastSequence: 0 }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'STORAGE_FULL', message: expect.not.stringContaining('journal') as string });
    await manager.streams.update(stream, { max_bytes: -1 });
  });
});
