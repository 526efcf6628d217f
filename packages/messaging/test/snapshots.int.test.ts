import {
  ActiveSnapshot,
  JournalEntry,
  RunRequested,
  VersionSnapshot,
  type VersionSnapshotValue,
  type ActiveSnapshotValue,
} from '@millrace/contracts';
import { startNats, TcpProxy, uniqueName, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, PublishRefusedError, silentLogger, type NatsBus } from '../src/index.js';

let nats: OwnServer;
let owner: NatsBus;
let reader: NatsBus;
let proxy: TcpProxy;

beforeAll(async () => {
  nats = await startNats();
  proxy = await TcpProxy.start(nats.url);
  owner = await connectBus({ url: nats.url, name: 'owner', logger: silentLogger });
  reader = await connectBus({ url: proxy.url('nats'), name: 'reader', logger: silentLogger });
});
afterAll(async () => {
  try {
    await Promise.all([owner.close(), reader.close()]);
    await proxy.stop();
  } finally {
    await nats.stop();
  }
});

function active(version: number, workflow_id = uniqueName('wf')): ActiveSnapshotValue {
  return { workflow_id, organisation_id: 'org', version, status: 'active' };
}

/** How often the server is asked for values while `work` runs. */
async function reads(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const watch = owner.connection.subscribe('$JS.API.DIRECT.GET.>', { callback: () => void count++ });
  await owner.connection.flush();
  await work();
  await owner.connection.flush();
  watch.unsubscribe();
  return count;
}

test('a value is read once and then comes from memory; a change is seen by all', async () => {
  const value = active(1);
  await owner.snapshots.put(ActiveSnapshot, value, value);
  expect(reader.snapshots.peek(ActiveSnapshot, value)).toBeUndefined();
  expect(await reads(() => reader.snapshots.get(ActiveSnapshot, value))).toBe(1);
  expect(await reads(() => reader.snapshots.get(ActiveSnapshot, value))).toBe(0);
  expect(reader.snapshots.peek(ActiveSnapshot, value)).toEqual(value);

  const changed = { ...value, version: 2 };
  await owner.snapshots.put(ActiveSnapshot, value, changed);
  expect(await owner.snapshots.get(ActiveSnapshot, value)).toEqual(changed);
  await waitUntil(
    'the reader to see it',
    async () => (await reader.snapshots.get(ActiveSnapshot, value))?.version === 2,
  );
});

test('a miss is looked up again each time, so that a new value is found at once', async () => {
  const value = active(1);
  expect(await reader.snapshots.get(ActiveSnapshot, value)).toBeNull();
  await owner.snapshots.put(ActiveSnapshot, value, value);
  expect(await reader.snapshots.get(ActiveSnapshot, value)).toEqual(value);
});

test('a miss is remembered for who asks for that, until there is a value', async () => {
  const value = active(1);
  const get = () => reader.snapshots.get(ActiveSnapshot, value, { rememberMiss: true });
  expect(await reads(get)).toBe(1);
  expect(await reads(get)).toBe(0);
  expect(await reads(() => reader.snapshots.get(ActiveSnapshot, value))).toBe(1);
  await owner.snapshots.put(ActiveSnapshot, value, value);
  // Much sooner than a miss is forgotten.
  await waitUntil('the value', async () => (await get()) !== null, 3_000);
});

test('a miss is not remembered over a time in which nothing reached the reader', async () => {
  const value = active(1);
  const get = () => reader.snapshots.get(ActiveSnapshot, value, { rememberMiss: true });
  expect(await get()).toBeNull();
  proxy.holdAnswers();
  await owner.snapshots.put(ActiveSnapshot, value, value);
  const reconnected = new Promise<void>((resolve) => reader.onReconnect(resolve));
  proxy.cut();
  await reconnected;
  expect(await get()).toEqual(value);
});

test('all values of a kind are listed, large ones too, and none that was deleted', async () => {
  const listed = async () => {
    const found = new Map<string, VersionSnapshotValue>();
    for await (const { id, value } of owner.snapshots.all(VersionSnapshot)) found.set(id, value);
    return found;
  };
  const workflow_id = uniqueName('wf');
  const version = (number: number): VersionSnapshotValue => ({
    workflow_id,
    organisation_id: 'org',
    version: number,
    name: 'one',
    document: number === 1 ? 'x'.repeat(700 * 1024) : String(number),
  });
  const before = (await listed()).size;
  // More than one batch.
  const numbers = Array.from({ length: 600 }, (_, index) => index + 1);
  await Promise.all(numbers.map((number) => owner.snapshots.put(VersionSnapshot, version(number), version(number))));
  await owner.snapshots.delete(VersionSnapshot, version(2));
  const found = await listed();
  expect(found.size).toBe(before + 599);
  expect(found.get(`${workflow_id}.1`)).toEqual(version(1));
  expect(found.has(`${workflow_id}.2`)).toBe(false);
});

test('with a large value its payload goes', async () => {
  const address = { workflow_id: uniqueName('wf'), version: 1 };
  const stored = async () => {
    const reply = await owner.connection.request('$JS.API.STREAM.INFO.OBJ_snapshot_payloads');
    return reply.json<{ state: { bytes: number } }>().state.bytes;
  };
  const before = await stored();
  const value = { ...address, organisation_id: 'org', name: 'one', document: 'x'.repeat(700 * 1024) };
  await owner.snapshots.put(VersionSnapshot, address, value);
  expect(await stored()).toBeGreaterThan(before + 1_000);
  await owner.snapshots.delete(VersionSnapshot, address);
  expect(await stored()).toBeLessThan(before + 1_000);
});

test('a deleted value is gone for all, and can come back', async () => {
  const value = active(1);
  await owner.snapshots.put(ActiveSnapshot, value, value);
  await reader.snapshots.get(ActiveSnapshot, value);
  await owner.snapshots.delete(ActiveSnapshot, value);
  expect(await owner.snapshots.get(ActiveSnapshot, value)).toBeNull();
  await waitUntil('the reader to see it', async () => (await reader.snapshots.get(ActiveSnapshot, value)) === null);
  await owner.snapshots.put(ActiveSnapshot, value, { ...value, version: 7 });
  expect((await reader.snapshots.get(ActiveSnapshot, value))?.version).toBe(7);
});

test('what changed while the reader was cut off is right after the reconnection', async () => {
  const value = active(1);
  await owner.snapshots.put(ActiveSnapshot, value, value);
  expect(await reader.snapshots.get(ActiveSnapshot, value)).toEqual(value);
  // The reader gets nothing any more, then loses its connection.
  proxy.holdAnswers();
  await owner.snapshots.put(ActiveSnapshot, value, { ...value, version: 2 });
  const reconnected = new Promise<void>((resolve) => reader.onReconnect(resolve));
  proxy.cut();
  await reconnected;
  expect(reader.snapshots.peek(ActiveSnapshot, value)).toBeUndefined();
  expect((await reader.snapshots.get(ActiveSnapshot, value))?.version).toBe(2);
  expect(reader.snapshots.peek(ActiveSnapshot, value)?.version).toBe(2);
  await owner.snapshots.put(ActiveSnapshot, value, { ...value, version: 3 });
  await waitUntil(
    'changes to arrive again',
    async () => (await reader.snapshots.get(ActiveSnapshot, value))?.version === 3,
  );
});

test('who watches a kind gets each change of it, and of nothing else', async () => {
  const heard: (string | null)[] = [];
  const end = reader.snapshots.watch(ActiveSnapshot, (id) => heard.push(id));
  const [one, other] = [active(1), active(1)];
  const version = { workflow_id: one.workflow_id, version: 1, organisation_id: 'org', name: 'n', document: '{}' };
  await owner.snapshots.put(VersionSnapshot, version, version);
  await owner.snapshots.put(ActiveSnapshot, one, one);
  await owner.snapshots.delete(ActiveSnapshot, one);
  await owner.snapshots.put(ActiveSnapshot, other, other);
  await waitUntil('the last one to arrive', () => heard.includes(other.workflow_id));
  expect(heard).toEqual([one.workflow_id, one.workflow_id, other.workflow_id]);

  end();
  await owner.snapshots.put(ActiveSnapshot, one, one);
  await waitUntil('the reader to see it', async () => (await reader.snapshots.get(ActiveSnapshot, one))?.version === 1);
  expect(heard).toHaveLength(3);
});

test('readers never end with an old value, however reads and changes interleave', async () => {
  const value = active(0);
  for (let version = 1; version <= 200; version++) {
    const reading = [reader.snapshots.get(ActiveSnapshot, value), reader.snapshots.get(ActiveSnapshot, value)];
    await Promise.all([owner.snapshots.put(ActiveSnapshot, value, { ...value, version }), ...reading]);
  }
  await waitUntil(
    'the last version',
    async () => (await reader.snapshots.get(ActiveSnapshot, value))?.version === 200,
    2_000,
  );
});

test('large documents go through the object store', async () => {
  const value = {
    workflow_id: uniqueName('wf'),
    organisation_id: 'org',
    version: 1,
    name: 'Large',
    document: 'd'.repeat(2_000_000),
  };
  await owner.snapshots.put(VersionSnapshot, value, value);
  expect(await reader.snapshots.get(VersionSnapshot, value)).toEqual(value);
});

test('a value without the agreed form is not published', async () => {
  const value = { ...active(1), version: 1.5 };
  await expect(owner.snapshots.put(ActiveSnapshot, value, value)).rejects.toThrow(/version/);
  expect(await reader.snapshots.get(ActiveSnapshot, value)).toBeNull();
});

test.each(['*', '>', 'wf_*', 'wf_1.>', '', 'wf 1', '..'])(
  'the id %j, which comes from outside, names nothing',
  async (workflow_id) => {
    const value = active(1);
    await owner.snapshots.put(ActiveSnapshot, value, value);
    expect(await reader.snapshots.get(ActiveSnapshot, { workflow_id })).toBeNull();
    const address = { organisation_id: 'org', execution_id: workflow_id };
    expect(await reader.lastOnSubject(RunRequested, address)).toBeNull();
    expect(await reader.readSubject(JournalEntry, address)).toEqual([]);
    await expect(owner.snapshots.put(ActiveSnapshot, { workflow_id }, value)).rejects.toThrow(PublishRefusedError);
  },
);
