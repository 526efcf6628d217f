import { ActiveSnapshot, AppError, defineRequest, JournalEntry, newId, RunRequested } from '@millrace/contracts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { aJournalEntry, aRunRequest, startNats, TcpProxy, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import {
  connectBus,
  PayloadMissingError,
  PublishRefusedError,
  silentLogger,
  WrongSequenceError,
  type NatsBus,
} from '../src/index.js';

let nats: OwnServer;
let bus: NatsBus;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'bus-test', logger: silentLogger, validateOutgoing: true });
});
afterAll(async () => {
  try {
    await bus.close();
  } finally {
    await nats.stop();
  }
});

const large = () => 'x'.repeat(700 * 1024);

describe('publish', () => {
  test('resolves with the sequence, and flags a repetition of the same message id', async () => {
    const run = aRunRequest();
    const first = await bus.publish(RunRequested, run);
    expect(first.duplicate).toBe(false);
    expect(await bus.publish(RunRequested, { ...run, input: 'another' })).toMatchObject({
      sequence: first.sequence,
      duplicate: true,
    });
    expect((await bus.lastOnSubject(RunRequested, run))?.payload).toEqual(run);
    const woken = await bus.publish(RunRequested, { ...run, generation: 1 });
    expect(woken).toMatchObject({ sequence: expect.any(Number) as number, duplicate: false });
    expect(woken.sequence).toBeGreaterThan(first.sequence);
  });

  test('refuses what has not the agreed form, when asked to check', async () => {
    await expect(bus.publish(RunRequested, { ...aRunRequest(), version: 0 })).rejects.toThrow(/version/);
  });

  test('says so when the server will never take a message', async () => {
    const entry = aJournalEntry();
    const manager = await jetstreamManager(bus.connection);
    const stream = JournalEntry.subject(entry).startsWith('journal.0') ? 'JOURNAL_0' : 'JOURNAL_1';
    await manager.streams.update(stream, { max_msg_size: 100 });
    await expect(bus.publish(JournalEntry, entry)).rejects.toThrow(PublishRefusedError);
    await manager.streams.update(stream, { max_msg_size: -1 });
    await expect(bus.publish(JournalEntry, entry)).resolves.toMatchObject({ duplicate: false });
  });
});

describe('fencing by the expected sequence', () => {
  test('of many writers at once exactly one wins, and the others learn the last sequence of the subject', async () => {
    const first = aJournalEntry();
    const writers = Array.from({ length: 20 }, (_, writer) => ({
      ...first,
      entry_id: `${first.execution_id}:${writer}`,
    }));
    const results = await Promise.allSettled(
      writers.map((entry) => bus.publish(JournalEntry, entry, { expectLastSequence: 0 })),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    const { sequence } = won[0]?.value ?? { sequence: 0 };
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toBeInstanceOf(WrongSequenceError);
      expect(result.reason).toMatchObject({ expected: 0, actual: sequence, subject: JournalEntry.subject(first) });
    }
    expect(await bus.readSubject(JournalEntry, first)).toHaveLength(1);
  });

  test('a superseded writer is refused and changes nothing', async () => {
    const entry = aJournalEntry();
    const one = await bus.publish(JournalEntry, entry, { expectLastSequence: 0 });
    const two = await bus.publish(
      JournalEntry,
      { ...entry, entry_id: 'new owner' },
      { expectLastSequence: one.sequence },
    );
    await expect(
      bus.publish(JournalEntry, { ...entry, entry_id: 'old owner' }, { expectLastSequence: one.sequence }),
    ).rejects.toMatchObject({
      actual: two.sequence,
    });
    expect((await bus.readSubject(JournalEntry, entry)).map(({ payload }) => payload.entry_id)).toEqual([
      entry.entry_id,
      'new owner',
    ]);
  });

  test('an append whose answer was lost is recognised as its own', async () => {
    const proxy = await TcpProxy.start(nats.url);
    const remote = await connectBus({ url: proxy.url('nats'), name: 'remote', logger: silentLogger });
    try {
      const entry = aJournalEntry();
      proxy.holdAnswers();
      const publishing = remote.publish(JournalEntry, entry, { expectLastSequence: 0 });
      const stored = await waitUntil('the entry to be stored', () => bus.lastOnSubject(JournalEntry, entry));
      proxy.cut();
      expect(await publishing).toMatchObject({ sequence: stored.sequence, duplicate: false });
      expect(await bus.readSubject(JournalEntry, entry)).toHaveLength(1);
    } finally {
      await remote.close();
      await proxy.stop();
    }
  });

  test('so it is when somebody else has appended behind it by then', async () => {
    const proxy = await TcpProxy.start(nats.url);
    const remote = await connectBus({ url: proxy.url('nats'), name: 'remote', logger: silentLogger });
    try {
      const entry = aJournalEntry();
      proxy.holdAnswers();
      const publishing = remote.publish(JournalEntry, entry, { expectLastSequence: 0 });
      const stored = await waitUntil('the entry to be stored', () => bus.lastOnSubject(JournalEntry, entry));
      const { execution_id, organisation_id } = entry;
      const behind = aJournalEntry({ execution_id, organisation_id });
      await bus.publish(JournalEntry, behind, { expectLastSequence: stored.sequence });
      proxy.cut();
      expect(await publishing).toMatchObject({ sequence: stored.sequence, duplicate: false });
      expect(await bus.readSubject(JournalEntry, entry)).toHaveLength(2);
    } finally {
      await remote.close();
      await proxy.stop();
    }
  });

  test('an accepted run whose answer was lost is stored once, and not taken for a duplicate of somebody else', async () => {
    const proxy = await TcpProxy.start(nats.url);
    const remote = await connectBus({ url: proxy.url('nats'), name: 'remote', logger: silentLogger });
    try {
      const run = aRunRequest();
      proxy.holdAnswers();
      const publishing = remote.publish(RunRequested, run);
      const stored = await waitUntil('the run to be stored', () => bus.lastOnSubject(RunRequested, run));
      proxy.cut();
      expect(await publishing).toMatchObject({ sequence: stored.sequence, duplicate: false });
      expect(await bus.readSubject(RunRequested, run)).toHaveLength(1);
    } finally {
      await remote.close();
      await proxy.stop();
    }
  });
});

describe('readSubject', () => {
  test('reads a subject in order, over several batches, and nothing of its neighbours', async () => {
    const entry = aJournalEntry();
    const neighbour = { ...aJournalEntry(), organisation_id: entry.organisation_id };
    let last = 0;
    for (let index = 0; index < 1_203; index++) {
      const appended = await bus.publish(
        JournalEntry,
        { ...entry, entry_id: `e${index}` },
        { expectLastSequence: last },
      );
      last = appended.sequence;
      if (index % 100 === 0) await bus.publish(JournalEntry, neighbour);
    }
    const read = await bus.readSubject(JournalEntry, entry);
    expect(read.map(({ payload }) => payload.entry_id)).toEqual(
      Array.from({ length: 1_203 }, (_, index) => `e${index}`),
    );
    expect(read.at(-1)?.sequence).toBe(last);
    expect(Date.parse(read[0]?.publishedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(await bus.lastOnSubject(JournalEntry, entry)).toMatchObject({
      sequence: last,
      payload: { entry_id: 'e1202' },
    });
  });

  test('returns [] and null where there is nothing', async () => {
    const address = { organisation_id: 'org_none', execution_id: newId('execution') };
    expect(await bus.readSubject(JournalEntry, address)).toEqual([]);
    expect(await bus.lastOnSubject(JournalEntry, address)).toBeNull();
  });

  test('100 concurrent reads do not mix their results', async () => {
    const entries = Array.from({ length: 100 }, () => aJournalEntry());
    await Promise.all(entries.map((entry) => bus.publish(JournalEntry, entry)));
    const reads = await Promise.all(entries.map((entry) => bus.readSubject(JournalEntry, entry)));
    expect(reads.map((read) => read.map(({ payload }) => payload.entry_id))).toEqual(
      entries.map((entry) => [entry.entry_id]),
    );
  });
});

describe('large payloads', () => {
  test('go through the object store, and come back the same by every way of reading', async () => {
    const run = aRunRequest({ input: { text: large() } });
    await bus.publish(RunRequested, run);
    const manager = await jetstreamManager(bus.connection);
    const message = await manager.streams.getMessage('RUNS', { last_by_subj: RunRequested.subject(run) });
    const { input: _input, ...outline } = run;
    expect(message?.json()).toEqual(outline);
    expect((await bus.lastOnSubject(RunRequested, run))?.payload).toEqual(run);
    expect((await bus.readSubject(RunRequested, run)).map(({ payload }) => payload)).toEqual([run]);
  });

  test('the same large append, tried again by its writer, is recognised; another one is refused', async () => {
    const entry = aJournalEntry({ events: [{ type: 'completed', at: new Date().toISOString(), output: large() }] });
    const { sequence } = await bus.publish(JournalEntry, entry, { expectLastSequence: 0 });
    expect(await bus.publish(JournalEntry, entry, { expectLastSequence: 0 })).toMatchObject({
      sequence,
      duplicate: false,
      bytes: JSON.stringify(entry).length,
    });
    const other = { ...entry, entry_id: 'another writer' };
    await expect(bus.publish(JournalEntry, other, { expectLastSequence: 0 })).rejects.toMatchObject({
      actual: sequence,
    });
    expect((await bus.readSubject(JournalEntry, entry)).map(({ payload }) => payload)).toEqual([entry]);
  });

  test('are read without a trace on the server, which keeps room for a thousand consumers only', async () => {
    const run = aRunRequest({ input: { text: large() } });
    await bus.publish(RunRequested, run);
    await Promise.all(Array.from({ length: 20 }, () => bus.lastOnSubject(RunRequested, run)));
    const manager = await jetstreamManager(bus.connection);
    expect((await manager.streams.info('OBJ_payloads')).state.consumer_count).toBe(0);
  });

  test('come back whole when they need several reads of the store', async () => {
    const run = aRunRequest({ input: { text: 'xyz€'.repeat(1_500_000) } });
    await bus.publish(RunRequested, run);
    expect((await bus.lastOnSubject(RunRequested, run))?.payload).toEqual(run);
  });

  test('a payload of which a part is gone is a clear error, and one that was changed another', async () => {
    const run = aRunRequest({ input: { text: large() } });
    await bus.publish(RunRequested, run);
    const manager = await jetstreamManager(bus.connection);
    const message = await manager.streams.getMessage('RUNS', { last_by_subj: RunRequested.subject(run) });
    const store = await new Objm(jetstream(bus.connection)).open('payloads');
    const { nuid = '' } = (await store.info(message?.header.get('Millrace-Payload-Object') ?? '')) ?? {};
    const chunks = `$O.payloads.C.${nuid}`;
    const last = await manager.streams.getMessage('OBJ_payloads', { last_by_subj: chunks });
    await manager.streams.deleteMessage('OBJ_payloads', last?.seq ?? 0);
    await expect(bus.lastOnSubject(RunRequested, run)).rejects.toThrow(PayloadMissingError);
    await jetstream(bus.connection).publish(chunks, new Uint8Array(last?.data.length ?? 0));
    await expect(bus.lastOnSubject(RunRequested, run)).rejects.toThrow(/is not what was stored/);
  });

  test('a payload that is gone is a clear error', async () => {
    const run = aRunRequest({ input: { text: large() } });
    await bus.publish(RunRequested, run);
    const manager = await jetstreamManager(bus.connection);
    const message = await manager.streams.getMessage('RUNS', { last_by_subj: RunRequested.subject(run) });
    await bus.payloads.discard({ objectName: message?.header.get('Millrace-Payload-Object') });
    const reading = bus.lastOnSubject(RunRequested, run);
    await expect(reading).rejects.toThrow(PayloadMissingError);
    await expect(reading).rejects.toThrow(/object store has no payload .* expired/);
  });

  test('the object of a refused append is deleted', async () => {
    const entry = aJournalEntry();
    await bus.publish(JournalEntry, entry);
    const manager = await jetstreamManager(bus.connection);
    const objects = async () =>
      Object.keys(
        (await manager.streams.info('OBJ_payloads', { subjects_filter: '$O.payloads.C.>' })).state.subjects ?? {},
      );
    const before = await objects();
    const big = { ...entry, events: [{ type: 'completed' as const, at: new Date().toISOString(), output: large() }] };
    await expect(bus.publish(JournalEntry, big, { expectLastSequence: 0 })).rejects.toThrow(WrongSequenceError);
    await waitUntil('the object to go', async () => (await objects()).length === before.length);
    expect(await objects()).toEqual(before);
  });
});

describe('an id that is too long for a subject', () => {
  const long = 'a'.repeat(5_000);

  test('finds nothing, starts nothing, and costs nobody the connection', async () => {
    const connection = bus.connectionNumber;
    expect(await bus.snapshots.get(ActiveSnapshot, { workflow_id: long })).toBeNull();
    expect(await bus.lastOnSubject(RunRequested, { organisation_id: 'org_a', execution_id: long })).toBeNull();
    expect(await bus.readSubject(JournalEntry, { organisation_id: 'org_a', execution_id: long })).toEqual([]);
    await expect(bus.publish(RunRequested, { ...aRunRequest(), execution_id: long })).rejects.toThrow(
      PublishRefusedError,
    );
    await bus.connection.flush();
    expect(bus.connectionNumber).toBe(connection);
  });

  test('is not repeated at its length by the error', async () => {
    const refused: unknown = await bus
      .publish(RunRequested, { ...aRunRequest(), execution_id: long })
      .catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(PublishRefusedError);
    expect((refused as PublishRefusedError).message.length).toBeLessThan(400);
    expect((refused as PublishRefusedError).subject.length).toBeLessThan(300);
  });
});

describe('request', () => {
  const Ask = defineRequest({
    subject: 'nobody.asks',
    question: z.object({ n: z.number() }),
    answer: z.object({ n: z.number() }),
  });

  test('reports at once that the service is not running', async () => {
    const asked = bus.request(Ask, { n: 1 });
    await expect(asked).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { service: 'nobody' },
    });
    await expect(asked).rejects.toThrow(/"nobody" is not running/);
  });

  test('reports when the service does not reply in time', async () => {
    const mute = bus.connection.subscribe(Ask.subject, { callback: () => undefined });
    const asked = bus.request(Ask, { n: 1 }, { timeoutMs: 50 });
    await expect(asked).rejects.toBeInstanceOf(AppError);
    await expect(asked).rejects.toThrow(/"nobody" did not respond within 50 ms/);
    mute.unsubscribe();
  });
});
