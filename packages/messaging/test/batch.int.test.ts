import { Controller } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalEntry, journalStreamOf, type JournalBatch } from '@millrace/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import { aJournalEntry, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { HEADERS, OnBatch, TerminalError, type Received } from '../src/index.js';
import { gate, startService, topologyWith, type TestService } from './start-service.js';

let handle: (batch: readonly Received<JournalBatch>[]) => Promise<unknown>;
let batches: (readonly Received<JournalBatch>[])[];

@Controller()
class JournalController {
  @OnBatch(JournalEntry, { group: 'history', maxMessages: 50 })
  project(batch: readonly Received<JournalBatch>[]): Promise<unknown> {
    batches.push(batch);
    return handle(batch);
  }
}

@Controller()
class HoldingController {
  @OnBatch(JournalEntry, { group: 'history', maxMessages: 50, holdMs: 60_000 })
  project(batch: readonly Received<JournalBatch>[]): Promise<unknown> {
    batches.push(batch);
    return handle(batch);
  }
}

let nats: OwnServer;
let service: TestService;

beforeEach(async () => {
  nats = await startNats();
  batches = [];
});
afterEach(async () => {
  try {
    await service.close();
  } finally {
    await nats.stop();
  }
});

async function start(
  changes: Parameters<typeof topologyWith>[0] = {},
  controller: typeof JournalController | typeof HoldingController = JournalController,
): Promise<void> {
  service = await startService({
    url: nats.url,
    name: 'history',
    controllers: [controller],
    topology: topologyWith(changes),
  });
}

/** Entries that all live in the first journal shard. */
function entries(count: number): JournalBatch[] {
  const found: JournalBatch[] = [];
  while (found.length < count) {
    const entry = aJournalEntry();
    if (journalStreamOf(entry.execution_id) === 0) found.push(entry);
  }
  return found;
}

async function publish(list: readonly JournalBatch[]): Promise<void> {
  for (const entry of list) await service.bus.publish(JournalEntry, entry);
}

async function consumer() {
  return (await jetstreamManager(service.bus.connection)).consumers.info('JOURNAL_0', 'history');
}

const ids = (batch: readonly { payload: JournalBatch }[]) => batch.map(({ payload }) => payload.execution_id);

test('messages come in order, in batches that grow with the load, and are acknowledged after the handler', async () => {
  const running = gate();
  handle = () => running.opened;
  await start();
  const list = entries(120);
  await publish(list.slice(0, 1));
  await waitUntil('the first batch', () => batches.length === 1);
  await publish(list.slice(1));
  await waitUntil('a batch to be collected', async () => (await consumer()).num_ack_pending > 50);
  await sleep(200);
  expect(batches).toHaveLength(1);
  const info = await consumer();
  expect(info.ack_floor.stream_seq).toBe(0);
  // One batch in the handler and one being collected, no more.
  expect(info.num_ack_pending).toBeLessThanOrEqual(100);
  running.open();
  await waitUntil('all to be acknowledged', async () => (await consumer()).ack_floor.stream_seq === 120);
  expect(batches.flatMap(ids)).toEqual(list.map((entry) => entry.execution_id));
  const [first, ...later] = batches.map((batch) => batch.length);
  expect(first).toBe(1);
  // What arrived while the first was handled goes on together, as much of it as a batch may hold and had arrived.
  expect(Math.max(...later)).toBeGreaterThan(25);
  expect(Math.max(...later)).toBeLessThanOrEqual(50);
  expect(batches[0]?.[0]).toMatchObject({
    sequence: 1,
    deliveryCount: 1,
    subject: JournalEntry.subject(list[0] as JournalBatch),
  });
  expect(batches[0]?.[0]?.storedAt).toBeGreaterThan(Date.now() - 30_000);
});

test('a batch that fails comes again, complete', async () => {
  handle = () => (batches.length === 1 ? Promise.reject(new Error('database away')) : Promise.resolve());
  await start();
  const list = entries(10);
  await publish(list);
  await waitUntil('all to be acknowledged', async () => (await consumer()).ack_floor.stream_seq === 10);
  const failed = ids(batches[0] ?? []);
  expect(failed.length).toBeGreaterThan(0);
  const later = batches.slice(1).flatMap(ids);
  expect(new Set(later)).toEqual(new Set(list.map((entry) => entry.execution_id)));
  expect(failed.filter((id) => !later.includes(id))).toEqual([]);
});

test('a poison message does not take its batch along: it alone becomes a dead letter', async () => {
  const list = entries(20);
  const poison = (list[7] as JournalBatch).execution_id;
  const done: string[] = [];
  handle = (batch) => {
    if (ids(batch).includes(poison)) return Promise.reject(new TerminalError('cannot be projected'));
    done.push(...ids(batch));
    return Promise.resolve();
  };
  await start();
  await publish(list);
  await waitUntil('all to be settled', async () => (await consumer()).ack_floor.stream_seq === 20);
  expect(done.sort()).toEqual(
    list
      .map((entry) => entry.execution_id)
      .filter((id) => id !== poison)
      .sort(),
  );
  const manager = await jetstreamManager(service.bus.connection);
  const { messages } = (await manager.streams.info('DLQ')).state;
  const letter = await manager.streams.getMessage('DLQ', { seq: 1 });
  expect(messages).toBe(1);
  expect(letter?.header.get(HEADERS.reason)).toBe('cannot be projected');
  expect(letter?.json()).toEqual(list[7]);
});

test('a message that cannot be read is a dead letter, and the rest of its batch is processed', async () => {
  handle = () => Promise.resolve();
  await start();
  const [good] = entries(1) as [JournalBatch];
  service.bus.connection.publish(JournalEntry.subject(good).replace(good.execution_id, 'broken'), 'no json');
  await publish([good]);
  await waitUntil('both to be settled', async () => (await consumer()).ack_floor.stream_seq === 2);
  expect(batches.flatMap(ids)).toEqual([good.execution_id]);
  const manager = await jetstreamManager(service.bus.connection);
  expect((await manager.streams.info('DLQ')).state.messages).toBe(1);
});

test('an outage makes no dead letters: what keeps failing while nothing succeeds is tried for ever', async () => {
  let available = false;
  handle = () => (available ? Promise.resolve() : Promise.reject(new Error('database away')));
  await start({ maxDeliver: -1 });
  await publish(entries(3));
  await waitUntil(
    'the third delivery',
    () => batches.some((batch) => batch.some(({ deliveryCount }) => deliveryCount >= 3)),
    15_000,
  );
  available = true;
  await waitUntil('all to be acknowledged', async () => (await consumer()).ack_floor.stream_seq === 3, 15_000);
  const manager = await jetstreamManager(service.bus.connection);
  expect((await manager.streams.info('DLQ')).state.messages).toBe(0);
});

test('shutdown finishes the running batch and gives back what was collected', async () => {
  const running = gate();
  handle = () => running.opened;
  await start();
  await publish(entries(1));
  await waitUntil('the first batch', () => batches.length === 1);
  await publish(entries(30));
  await waitUntil('some to be collected', async () => (await consumer()).num_ack_pending > 1);
  const closing = service.close();
  // It does not wait for anything until it takes no more.
  await sleep(100);
  running.open();
  await closing;
  expect(batches).toHaveLength(1);
  handle = () => Promise.resolve();
  await start();
  await waitUntil('the rest', async () => (await consumer()).ack_floor.stream_seq === 31, 5_000);
  expect(batches.slice(1).flatMap(ids)).toHaveLength(30);
});

test('a batch that takes longer than ack_wait is delivered once', async () => {
  handle = () => sleep(1_600);
  await start({ ackWaitMs: 500 });
  await publish(entries(2));
  await waitUntil('the acknowledgement', async () => (await consumer()).ack_floor.stream_seq === 2);
  const sizes = batches.map((batch) => batch.length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2);
});

test('messages that say that more follow are held back without an acknowledgement, and come with what follows', async () => {
  handle = () => Promise.resolve();
  await start({}, HoldingController);
  const [one, other] = entries(2) as [JournalBatch, JournalBatch];
  await service.bus.publish(JournalEntry, one, { continues: true });
  await service.bus.publish(JournalEntry, { ...one, entry_id: 'second' }, { continues: true });
  await waitUntil('both to be delivered', async () => (await consumer()).num_ack_pending === 2);
  await publish([other]);
  await waitUntil('the other', () => batches.length === 1);
  expect(batches.map(ids)).toEqual([[other.execution_id]]);
  expect((await consumer()).ack_floor.stream_seq).toBe(0);
  await publish([{ ...one, entry_id: 'last' }]);
  await waitUntil('all to be acknowledged', async () => (await consumer()).ack_floor.stream_seq === 4);
  expect(batches[1]?.map(({ payload }) => payload.entry_id)).toEqual([one.entry_id, 'second', 'last']);
});

test('what is held back longer than ack_wait is delivered once', async () => {
  handle = () => Promise.resolve();
  await start({ ackWaitMs: 500 }, HoldingController);
  const [one] = entries(1) as [JournalBatch];
  await service.bus.publish(JournalEntry, one, { continues: true });
  const since = performance.now();
  await waitUntil('several times ack_wait', () => performance.now() - since > 2_000);
  await publish([{ ...one, entry_id: 'last' }]);
  await waitUntil('both to be acknowledged', async () => (await consumer()).ack_floor.stream_seq === 2);
  expect(batches.flatMap((batch) => batch.map(({ deliveryCount }) => deliveryCount))).toEqual([1, 1]);
});

test('what is held back goes to another consumer when its own stops', async () => {
  handle = () => Promise.resolve();
  await start({}, HoldingController);
  const [one] = entries(1) as [JournalBatch];
  await service.bus.publish(JournalEntry, one, { continues: true });
  await waitUntil('the delivery', async () => (await consumer()).num_ack_pending === 1);
  await service.close();
  expect(batches).toEqual([]);
  await start();
  await waitUntil('the acknowledgement', async () => (await consumer()).ack_floor.stream_seq === 1);
  expect(batches.flatMap(ids)).toEqual([one.execution_id]);
});
