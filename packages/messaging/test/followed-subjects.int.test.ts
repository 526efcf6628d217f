import { EventOccurred, ExecutionFinished, ExecutionNudged, JournalEntry, newId, STREAMS } from '@millrace/contracts';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, silentLogger, type NatsBus } from '../src/index.js';

const AT = '2026-11-27T09:00:00.000Z';

let nats: OwnServer;
let bus: NatsBus;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'test', logger: silentLogger });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const execution = () => ({ organisation_id: 'org_a', execution_id: newId('execution') });
const append = (address: ReturnType<typeof execution>) =>
  bus.publish(JournalEntry, { ...address, entry_id: newId('event'), events: [{ type: 'suspended', at: AT }] });

it('says where something has been stored at an address, and nothing of other addresses', async () => {
  const [one, other] = [execution(), execution()];
  const heard: number[] = [];
  const end = await bus.subjects.follow(JournalEntry, one, { stored: (at) => heard.push(at), missed: () => undefined });
  await append(other);
  const stored = [(await append(one)).sequence, (await append(one)).sequence];
  await waitUntil('both', () => heard.length >= 2);
  expect(heard).toEqual(stored);
  end();
  await append(one);
  await bus.connection.flush();
  expect(heard).toHaveLength(2);
});

it('announces no content', async () => {
  const address = execution();
  const seen: { bytes: number; subject: string }[] = [];
  bus.connection.subscribe('live.journal.>', {
    callback: (_, { data, subject }) => void seen.push({ bytes: data.length, subject }),
  });
  await append(address);
  const [announced] = await waitUntil('the announcement', () => (seen.length > 0 ? seen : undefined));
  expect(announced?.bytes).toBe(0);
  expect(announced?.subject).toBe(`live.${JournalEntry.subject(address)}`);
});

it('says when announcements may have been missed', async () => {
  let missed = 0;
  const end = await bus.subjects.follow(JournalEntry, execution(), {
    stored: () => undefined,
    missed: () => (missed += 1),
  });
  await nats.kill();
  await nats.restart();
  await waitUntil('the connection', () => missed > 0);
  end();
});

it('reads messages of several definitions in the order of their stream, and passes over the others', async () => {
  const organisation_id = 'org_b';
  const before = await bus.subjects.lastStored({ stream: STREAMS.events });
  const finished = (execution_id: string, organisation: string) =>
    bus.publish(ExecutionFinished, {
      execution_id,
      organisation_id: organisation,
      workflow_id: 'wf_1',
      version: 1,
      status: 'completed',
      started_at: AT,
      completed_at: AT,
      duration_ms: 0,
    });
  await finished('exec_1', organisation_id);
  await bus.publish(ExecutionNudged, { execution_id: 'exec_1', organisation_id, journal_sequence: 1 });
  await finished('exec_2', 'org_of_others');
  await bus.publish(EventOccurred, {
    event_id: 'evt_1',
    organisation_id,
    workflow_id: null,
    type: 'schedule.missed',
    at: AT,
    data: {},
  });
  await finished('exec_3', organisation_id);

  const among = (sequence: number, limit: number) =>
    bus.subjects.readAmong([ExecutionFinished, EventOccurred], { organisation_id }, { sequence, limit });
  const all = await among(before + 1, 100);
  expect(all.messages.map(({ name, sequence }) => [name, sequence - before])).toEqual([
    ['ExecutionFinished', 1],
    ['EventOccurred', 4],
    ['ExecutionFinished', 5],
  ]);
  expect([all.next - before, all.left]).toEqual([6, false]);
  const first = await among(before + 1, 2);
  expect([first.messages.length, first.next - before, first.left]).toEqual([1, 3, true]);
  expect(await among(all.next, 10)).toEqual({ messages: [], next: all.next, left: false });
});

const event = (organisation_id: string, bytes = 0) => ({
  event_id: newId('event'),
  organisation_id,
  workflow_id: null,
  type: 'schedule.missed' as const,
  at: AT,
  data: { text: 'x'.repeat(bytes) },
});

it('passes over a message that will never be readable, and reads those behind it', async () => {
  const address = { organisation_id: 'org_c' };
  const { sequence } = await bus.publish(EventOccurred, event('org_c'));
  await bus.connection.request(EventOccurred.subject(address), 'no JSON');
  await bus.publish(EventOccurred, event('org_c'));
  const read = await bus.subjects.readAmong([EventOccurred], address, { sequence, limit: 10 });
  expect(read.messages.map((message) => message.sequence - sequence)).toEqual([0, 2]);
  expect([read.next - sequence, read.left]).toEqual([3, false]);
});

it('asks for no more bytes at once than it may', async () => {
  const { sequence } = await bus.publish(EventOccurred, event('org_d', 2_000));
  for (let at = 1; at <= 4; at++) await bus.publish(EventOccurred, event('org_d', 2_000));
  const options = { sequence, limit: 10, bytesAtOnce: 3_000 };
  const read = await bus.subjects.readAmong([EventOccurred], { organisation_id: 'org_d' }, options);
  expect(read.messages.length).toBeLessThan(3);
  expect(read.left).toBe(true);
});

it('has one subscription for all who follow an address, for as long as one does', async () => {
  const address = execution();
  const subscribe = jest.spyOn(bus.connection, 'subscribe');
  const heard: string[] = [];
  const follow = (name: string) =>
    bus.subjects.follow(JournalEntry, address, { stored: () => heard.push(name), missed: () => undefined });
  const [endOne, endOther] = await Promise.all([follow('one'), follow('other')]);
  expect(subscribe).toHaveBeenCalledTimes(1);
  await append(address);
  await waitUntil('both', () => heard.length >= 2);
  endOne?.();
  endOne?.();
  await append(address);
  await waitUntil('the other', () => heard.length >= 3);
  endOther?.();
  await append(address);
  await bus.connection.flush();
  expect(heard).toEqual(['one', 'other', 'other']);
  const end = await follow('third');
  expect(subscribe).toHaveBeenCalledTimes(2);
  end();
  subscribe.mockRestore();
});
