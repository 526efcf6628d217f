import { ActiveSnapshot, type ActiveSnapshotValue } from '@millrace/contracts';
import { startNats, uniqueName, type OwnServer } from '@millrace/testing';
import type { Msg } from '@nats-io/transport-node';
import { connectBus, silentLogger, type NatsBus } from '../src/index.js';
import { PayloadStore } from '../src/payload-store.js';
import type { ReplyMux } from '../src/reply-mux.js';
import { NatsSnapshotStore } from '../src/snapshot-store.js';
import { SNAPSHOT_PAYLOAD_BUCKET } from '../src/topology.js';

let nats: OwnServer;
let owner: NatsBus;
let reader: NatsBus;
let store: NatsSnapshotStore;
/** Called with each reply of the server before the reader has it, and with each payload before it is opened. */
let whenReplied: () => Promise<void>;
let whenOpened: () => Promise<void>;

class HeldPayloads extends PayloadStore {
  override async open(message: Msg): Promise<unknown> {
    await whenOpened();
    return super.open(message);
  }
}

beforeAll(async () => {
  nats = await startNats();
  owner = await connectBus({ url: nats.url, name: 'owner', logger: silentLogger });
  reader = await connectBus({ url: nats.url, name: 'reader', logger: silentLogger });
  const { connection, publisher } = reader;
  const request: ReplyMux['request'] = async (...question) => {
    const reply = await reader.replies.request(...question);
    await whenReplied();
    return reply;
  };
  const replies = Object.create(reader.replies, { request: { value: request } }) as ReplyMux;
  const payloads = new HeldPayloads(connection, reader.replies, SNAPSHOT_PAYLOAD_BUCKET, reader.room);
  store = new NatsSnapshotStore(connection, replies, publisher, payloads);
  await store.start();
});
afterAll(async () => {
  try {
    store.close();
    await Promise.all([owner.close(), reader.close()]);
  } finally {
    await nats.stop();
  }
});
beforeEach(() => {
  whenReplied = () => Promise.resolve();
  whenOpened = () => Promise.resolve();
});

function active(version: number): ActiveSnapshotValue {
  return { workflow_id: uniqueName('wf'), organisation_id: 'org', version, status: 'active' };
}

/** Does `meanwhile` once, between the server's reply to a read and what the reader makes of it. */
function onceReplied(meanwhile: () => Promise<void> | void): void {
  whenReplied = async () => {
    whenReplied = () => Promise.resolve();
    await meanwhile();
  };
}

/** Publishes a value, and returns when it has reached the reader. */
async function publish(value: ActiveSnapshotValue): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    reader.connection.subscribe('snapshots.>', { max: 1, callback: () => resolve() });
  });
  await reader.connection.flush();
  await owner.snapshots.put(ActiveSnapshot, value, value);
  await heard;
  // The store's own subscription is served by then too.
  await reader.connection.flush();
}

describe('what was read', () => {
  it('is read again when it was changed between the reply and its arrival', async () => {
    const value = active(1);
    await publish(value);
    onceReplied(() => publish({ ...value, version: 2 }));
    expect(await store.get(ActiveSnapshot, value)).toMatchObject({ version: 2 });
    expect(store.peek(ActiveSnapshot, value)).toMatchObject({ version: 2 });
  });

  it('is not kept when it was changed while it was being opened', async () => {
    const value = active(1);
    await publish(value);
    whenOpened = async () => {
      whenOpened = () => Promise.resolve();
      await publish({ ...value, version: 2 });
    };
    expect(await store.get(ActiveSnapshot, value)).toMatchObject({ version: 1 });
    expect(store.peek(ActiveSnapshot, value)).toBeUndefined();
    expect(await store.get(ActiveSnapshot, value)).toMatchObject({ version: 2 });
  });

  it('is not kept when the connection was lost meanwhile, since changes may have been missed', async () => {
    const value = active(1);
    await publish(value);
    onceReplied(() => {
      store.disconnected();
      store.reconnected();
    });
    await store.get(ActiveSnapshot, value);
    expect(store.peek(ActiveSnapshot, value)).toBeUndefined();
    await store.get(ActiveSnapshot, value);
    expect(store.peek(ActiveSnapshot, value)).toEqual(value);
  });

  it('is not kept while the connection is lost', async () => {
    const value = active(1);
    await publish(value);
    store.disconnected();
    await store.get(ActiveSnapshot, value);
    expect(store.peek(ActiveSnapshot, value)).toBeUndefined();
    store.reconnected();
  });

  it('as missing is read again when it was published between the reply and its arrival', async () => {
    const value = active(1);
    onceReplied(() => publish(value));
    expect(await store.get(ActiveSnapshot, value, { rememberMiss: true })).toEqual(value);
  });

  it('as missing is not remembered when the connection was lost meanwhile', async () => {
    const value = active(1);
    const get = () => store.get(ActiveSnapshot, value, { rememberMiss: true });
    onceReplied(() => {
      store.disconnected();
      store.reconnected();
    });
    expect(await get()).toBeNull();
    let reads = 0;
    whenReplied = () => Promise.resolve(void reads++);
    expect(await get()).toBeNull();
    expect(await get()).toBeNull();
    expect(reads).toBe(1);
  });

  it('that is missing is as much work as one that is there, where that is asked for', async () => {
    const value = active(1);
    await publish(value);
    let parsed = 0;
    const counting = {
      ...ActiveSnapshot,
      schema: ActiveSnapshot.schema.transform((one) => {
        parsed++;
        return one;
      }),
    } as unknown as typeof ActiveSnapshot;
    expect(await store.get(counting, value, { maxAgeMs: 0, evenMiss: true })).toEqual(value);
    expect(await store.get(counting, active(1), { evenMiss: true })).toBeNull();
    expect(parsed).toBe(2);
    expect(await store.get(counting, active(1))).toBeNull();
    expect(parsed).toBe(2);
  });

  it('is read again once it is too old, also when no notice of its change arrived', async () => {
    const value = active(1);
    await publish(value);
    const { connection, publisher, replies } = reader;
    const deaf = new NatsSnapshotStore(
      connection,
      replies,
      publisher,
      new PayloadStore(connection, replies, SNAPSHOT_PAYLOAD_BUCKET, reader.room),
    );
    await deaf.start();
    const get = (maxAgeMs?: number) => deaf.get(ActiveSnapshot, value, maxAgeMs === undefined ? {} : { maxAgeMs });
    expect(await get()).toMatchObject({ version: 1 });
    // It gets nothing more, like one whose server has lost the way to the others.
    deaf.close();
    await publish({ ...value, version: 2 });
    expect(await get(60_000)).toMatchObject({ version: 1 });
    expect(await get(0)).toMatchObject({ version: 2 });
    await owner.snapshots.delete(ActiveSnapshot, value);
    expect(await get()).toMatchObject({ version: 2 });
    expect(await get(0)).toBeNull();
    expect(await get()).toBeNull();
  });
});
