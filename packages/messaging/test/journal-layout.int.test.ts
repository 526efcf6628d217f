import { derivedId, FIRST_JOURNAL_LAYOUT, JournalEntry, journalStreamOf, type JournalBatch } from '@millrace/contracts';
import { aJournalEntry, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { Controller } from '@nestjs/common';
import { OnBatch, silentLogger, TOPOLOGY, type NatsBus, type Received } from '../src/index.js';
import { JournalLayouts } from '../src/journal-layouts.js';
import { startService, type TestService } from './start-service.js';

/** So far ahead a layout is promised. */
const PROMISE_MS = 400;
const HOUR = 60 * 60_000;

let nats: OwnServer;
let services: TestService[] = [];
let seen: { replica: string; subject: string }[] = [];

function controllerOf(replica: string) {
  @Controller()
  class JournalController {
    @OnBatch(JournalEntry, { group: 'history', maxMessages: 50 })
    project(received: readonly Received<JournalBatch>[]): void {
      seen.push(...received.map(({ subject }) => ({ replica, subject })));
    }
  }
  return JournalController;
}

async function startHistory(replica: string): Promise<NatsBus> {
  const topology = { ...TOPOLOGY, journalDecisionMs: PROMISE_MS };
  const service = await startService({
    url: nats.url,
    name: 'history',
    controllers: [controllerOf(replica)],
    topology,
  });
  services.push(service);
  return service.bus;
}

/** An entry of an execution whose id is of this time. */
function entryAt(time: number, part: string): JournalBatch {
  return aJournalEntry({ execution_id: derivedId('execution', time, ['org_1', part]) });
}

/** What a process knows that no change reaches. */
function deafLayouts(bus: NatsBus): JournalLayouts {
  const { publisher } = bus;
  const server = { last: publisher.lastStored.bind(publisher), send: publisher.send.bind(publisher) };
  return new JournalLayouts(server, silentLogger, PROMISE_MS);
}

async function streams(bus: NatsBus): Promise<string[]> {
  const reply = await bus.connection.request('$JS.API.STREAM.NAMES');
  return reply.json<{ streams: string[] }>().streams.filter((name) => name.startsWith('JOURNAL_'));
}

beforeEach(async () => {
  nats = await startNats();
  seen = [];
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.close()));
  services = [];
  await nats.stop();
});

test('readers of executions that no layout has decided share one read of the record, and what it said is good for a moment', async () => {
  const bus = await startHistory('one');
  let reads = 0;
  const watch = bus.connection.subscribe('$JS.API.STREAM.MSG.GET.LAYOUT', { callback: () => void reads++ });
  const layouts = deafLayouts(bus);
  const read = (index: number) => layouts.toRead(entryAt(Date.now() + HOUR, String(index)).execution_id);
  const count = async (): Promise<number> => {
    await bus.connection.flush();
    return reads;
  };
  await Promise.all(Array.from({ length: 50 }, async (_, index) => read(index)));
  expect(await count()).toBe(1);
  for (let index = 0; index < 100; index++) await read(index);
  expect(await count()).toBeLessThan(50);
  await waitUntil('another read', async () => {
    const before = await count();
    await read(0);
    return (await count()) > before;
  });
  watch.unsubscribe();
});

test('every replica takes entries of new streams as soon as there are some, and those of old ones as before', async () => {
  const [one, two] = [await startHistory('one'), await startHistory('two')];
  const old = entryAt(Date.now(), 'old');
  await one.publish(JournalEntry, old, { expectLastSequence: 0 });
  const layout = await one.journalStreams.grow(8);
  expect(layout.generations.map((each) => each.streams)).toEqual([
    [0, 1],
    [2, 3, 4, 5, 6, 7, 8, 9],
  ]);
  await waitUntil(
    'it has reached the other replica',
    () => two.topology.consumers.length === one.topology.consumers.length,
  );
  const entries = Array.from({ length: 200 }, (_, index) => entryAt(Date.now() + HOUR, String(index)));
  await Promise.all(entries.map((entry) => two.publish(JournalEntry, entry, { expectLastSequence: 0 })));
  const { sequence } = (await one.lastOnSubject(JournalEntry, old)) ?? { sequence: 0 };
  await two.publish(JournalEntry, { ...old, entry_id: 'next' }, { expectLastSequence: sequence });
  await waitUntil('all are taken', () => seen.length === 202);
  const used = new Set(seen.map(({ subject }) => Number(subject.split('.')[1])));
  expect([...used].filter((number) => number > 1).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await two.readSubject(JournalEntry, old)).toHaveLength(2);
  // The one that only learns of it takes them as well as the one that made the streams.
  await services.shift()?.close();
  const later = Array.from({ length: 50 }, (_, index) => entryAt(Date.now() + HOUR, `later ${index}`));
  await Promise.all(later.map((entry) => two.publish(JournalEntry, entry, { expectLastSequence: 0 })));
  await waitUntil('they are taken', () => seen.length === 252);
  expect(seen.slice(-50).filter(({ replica }) => replica !== 'two')).toEqual([]);
});

test('a process that no growth reaches uses the same stream as all others, for each execution', async () => {
  const bus = await startHistory('one');
  const deaf = [deafLayouts(bus), deafLayouts(bus)] as const;
  const used = new Map<string, number>();
  const use = async (layouts: JournalLayouts, time: number, part: string) => {
    const id = derivedId('execution', time, ['org_1', part]);
    const stream = journalStreamOf(id, await layouts.toAppend(id));
    expect({ id, stream: used.get(id) ?? stream }).toEqual({ id, stream });
    used.set(id, stream);
  };
  const start = Date.now();
  for (let round = 0; round < 60; round++) {
    if (round === 20) await bus.journalStreams.grow(4);
    if (round === 40) await bus.journalStreams.grow(8);
    // Each knows what it happened to ask for last: ids of before and after a growth, in any order.
    const times = [start + round * 50, start + round * 50 + 2 * PROMISE_MS, start];
    for (const [index, time] of times.entries()) {
      const part = `${time}.${index}`;
      await Promise.all([use(deaf[round % 2] as JournalLayouts, time, part), use(bus.layouts, time, part)]);
      await use(deaf[(round + 1) % 2] as JournalLayouts, time, part);
    }
  }
  expect(new Set(used.values()).size).toBeGreaterThan(8);
});

test('replicas that grow at the same time make one layout', async () => {
  const [one, two] = [await startHistory('one'), await startHistory('two')];
  const layouts = await Promise.all([one, two, one, two].map((bus) => bus.journalStreams.grow(8)));
  for (const layout of layouts) expect(layout.generations).toHaveLength(2);
  expect(await streams(one)).toHaveLength(10);
  // A lower number, and one that does not fit, change nothing.
  await one.journalStreams.grow(2);
  await one.journalStreams.grow(16);
  await expect(one.journalStreams.grow(17)).rejects.toThrow(/cannot get 17 new streams now/);
  expect((await one.layouts.refresh()).generations).toHaveLength(3);
});

test('streams go when nothing is in them any more, and not before', async () => {
  const bus = await startHistory('one');
  const old = entryAt(Date.now(), 'old');
  await bus.publish(JournalEntry, old, { expectLastSequence: 0 });
  const { generations } = await bus.journalStreams.grow(8);
  const from = generations[1]?.from ?? 0;
  await waitUntil('the new layout is in use', () => Date.now() > from);
  for (let round = 0; round < 4; round++) await bus.journalStreams.retire(0);
  expect(await streams(bus)).toHaveLength(10);
  await bus.journalStreams.retire(HOUR);
  await bus.connection.request(`$JS.API.STREAM.PURGE.${await bus.streamOf(JournalEntry, old)}`);
  await bus.journalStreams.retire(HOUR);
  expect(bus.layouts.current.generations[0]?.closing).toBeUndefined();
  await bus.journalStreams.retire(0);
  expect(bus.layouts.current.generations[0]?.closing).toBe(true);
  // Somebody whom it has not reached appends once more: that is kept.
  bus.connection.publish(JournalEntry.subject(old, FIRST_JOURNAL_LAYOUT), JSON.stringify(old));
  await bus.connection.flush();
  await bus.journalStreams.retire(0);
  expect(bus.layouts.current.generations).toHaveLength(2);
  expect(await bus.readSubject(JournalEntry, old)).toHaveLength(1);
  await waitUntil('it is taken', () => seen.length === 2);
  await bus.connection.request(`$JS.API.STREAM.PURGE.${await bus.streamOf(JournalEntry, old)}`);
  for (let round = 0; round < 2; round++) await bus.journalStreams.retire(0);
  expect((await streams(bus)).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9].map((number) => `JOURNAL_${number}`));
  expect(bus.layouts.current).toMatchObject({ generations: [{ streams: [2, 3, 4, 5, 6, 7, 8, 9] }] });
  // An id that is older than all that is left has a place as well.
  await bus.publish(JournalEntry, old, { expectLastSequence: 0 });
  await waitUntil('it is taken', () => seen.length === 3);
});
