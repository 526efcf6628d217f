import {
  AppError,
  FILE_SUBJECTS,
  JournalEntry,
  LIMITS,
  newFileId,
  newId,
  ReceiveWebhook,
  RunRequested,
  type FileAddress,
} from '@millrace/contracts';
import { DiscardPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { aJournalEntry, aRunRequest, pauseProcess, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type Logger, type NatsBus } from '../src/index.js';
import { NoReplyError } from '../src/reply-mux.js';

let nats: OwnServer;
let bus: NatsBus;
let manager: JetStreamManager;
/** A start that cannot be stored is refused by then (`e2e/src/faults/full-disk*`). */
const REFUSED_WITHIN_MS = 5_000;
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

  test('reveals no subjects to the caller', async () => {
    const entry = aJournalEntry();
    const stream = JournalEntry.subject(entry).startsWith('journal.0') ? 'JOURNAL_0' : 'JOURNAL_1';
    await manager.streams.update(stream, { max_bytes: 10, discard: DiscardPolicy.New });
    const refusal = await bus.publish(JournalEntry, entry, { expectLastSequence: 0 }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'STORAGE_FULL', message: expect.not.stringContaining('journal') as string });
    await manager.streams.update(stream, { max_bytes: -1 });
  });
});

describe('a publish that accepts something new', () => {
  const start = () => bus.publish(RunRequested, aRunRequest(), { acceptance: true });

  test('is refused while the room that is left is kept for what runs, which goes on', async () => {
    bus.room.refuse(new AppError('STORAGE_FULL'));
    await expect(start()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await expect(bus.publish(JournalEntry, aJournalEntry())).resolves.toMatchObject({ duplicate: false });
    bus.room.refuse(null);
    await expect(start()).resolves.toMatchObject({ duplicate: false });
  });

  test('is refused at once while the server stores nothing, and accepted soon after it does again', async () => {
    try {
      await pauseProcess(nats.pid);
      await expect(start()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(bus.room.storing).toBe(false);
      const attempts = repetitions.length;
      await expect(start()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(repetitions).toHaveLength(attempts);
    } finally {
      process.kill(nats.pid, 'SIGCONT');
    }
    await waitUntil('a start to be accepted', () => start().catch(() => null));
    expect(bus.room.storing).toBe(true);
  });

  test('is refused as soon with an input that travels apart, and accepted soon after it is stored again', async () => {
    const asked = jest.spyOn(bus.connection, 'request');
    const sent = () => asked.mock.calls.filter(([subject]) => subject.startsWith('$O.payloads.C.'));
    const input = 'x'.repeat(LIMITS.inlinePayloadBytes);
    const run = { ...aRunRequest(), input };
    const now = new Date().toISOString();
    const call = { webhook_id: 'wh_1', method: 'POST', headers: {}, query: {}, body_base64: input, received_at: now };
    const large = () => bus.publish(RunRequested, { ...run, execution_id: newId('execution') }, { acceptance: true });
    try {
      await pauseProcess(nats.pid);
      for (let starts = 0; starts < 3; starts++)
        await expect(large()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(bus.room.storing).toBe(false);
      // A gateway stores the call of a webhook as a question, before its dispatcher stores the start.
      await expect(bus.request(ReceiveWebhook, call)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      const purges = asked.mock.calls.filter(([subject]) => subject.startsWith('$JS.API.STREAM.PURGE.OBJ_payloads'));
      expect(purges).toHaveLength(4);
      for (const [, , options] of [...sent(), ...purges]) expect(options?.timeout).toBeLessThan(REFUSED_WITHIN_MS / 2);
      const attempts = sent().length;
      await expect(large()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(sent()).toHaveLength(attempts);
    } finally {
      process.kill(nats.pid, 'SIGCONT');
    }
    await waitUntil('a large start to be accepted', () => large().catch(() => null));
    expect(bus.room.storing).toBe(true);
  });

  test('is refused as soon with a file, whose pieces no server confirms', async () => {
    const execution_id = newId('execution');
    const address: FileAddress = { organisation_id: 'org_a', execution_id, file_id: newFileId(execution_id) };
    const patience: number[] = [];
    const request = bus.replies.request.bind(bus.replies);
    const asked = jest.spyOn(bus.replies, 'request').mockImplementation((subject, data, timeoutMs, headers) => {
      if (subject !== FILE_SUBJECTS.content(address)) return request(subject, data, timeoutMs, headers);
      patience.push(timeoutMs);
      return Promise.reject(new NoReplyError('timeout', subject));
    });
    const file = { address, name: 'a.bin', type: 'application/pdf', content: [Buffer.alloc(10)] };
    await expect(bus.files.store(file)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    asked.mockRestore();
    bus.room.reconnected();
    expect(patience.length).toBeGreaterThan(1);
    expect(Math.max(...patience)).toBeLessThan(REFUSED_WITHIN_MS / 4);
  });
});
