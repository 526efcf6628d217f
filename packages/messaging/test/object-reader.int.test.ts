import { createHash } from 'node:crypto';
import { LIMITS, RunRequested } from '@millrace/contracts';
import { aRunRequest, startNats, type OwnServer } from '@millrace/testing';
import { jetstream } from '@nats-io/jetstream';
import { Objm, type ObjectInfo } from '@nats-io/obj';
import { connectBus, PayloadTooLargeError, silentLogger, type NatsBus } from '../src/index.js';
import { ObjectReader } from '../src/object-reader.js';
import { ObjectWriter } from '../src/object-writer.js';
import { sizeInName } from '../src/payload-store.js';
import { HEADERS, newHeaders } from '../src/wire.js';

const PATIENCE_MS = 5_000;
const BUCKET = 'payloads';

let nats: OwnServer;
let bus: NatsBus;

beforeEach(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'reader', logger: silentLogger });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bus.close();
  await nats.stop();
});

async function anObject(bytes: Uint8Array): Promise<ObjectInfo> {
  const store = await new Objm(jetstream(bus.connection)).open(BUCKET);
  return store.putBlob({ name: 'an object' }, bytes);
}

/** A request whose payload is an object of this name. */
async function requestBy(objectName: string): Promise<Parameters<typeof RunRequested.subject>[0]> {
  const run = aRunRequest();
  const headers = newHeaders();
  headers.set(HEADERS.payloadObject, objectName);
  await bus.publisher.send(RunRequested.subject(run), 'RUNS', { data: new Uint8Array(0), objectName }, {}, headers);
  return run;
}

test('what a replica does not have yet is read from the leader', async () => {
  const bytes = Buffer.from('x'.repeat(300_000));
  const info = await anObject(bytes);
  const asked: string[] = [];
  jest.spyOn(bus.replies, 'collect').mockImplementation((subject) => {
    asked.push(subject);
    // A replica that lags says that there is nothing.
    return Promise.resolve({ messages: [], left: 0 } as never);
  });
  expect(await new ObjectReader(bus.replies, BUCKET).read(info)).toEqual(bytes);
  expect(asked.length).toBeGreaterThan(1);
});

test('an object beyond the limit is not read, whether its name or only its record says so', async () => {
  const large = LIMITS.payloadBytes + 1;
  const named = await requestBy(`digest-id-${large}b`);
  await expect(bus.lastOnSubject(RunRequested, named)).rejects.toThrow(PayloadTooLargeError);
  const { name } = await anObject(Buffer.alloc(large));
  const recorded = await requestBy(name);
  await expect(bus.lastOnSubject(RunRequested, recorded)).rejects.toThrow(PayloadTooLargeError);
});

test.each([1, 128 * 1024, 300_000])('what the client itself reads is written: %i bytes', async (size) => {
  const bytes = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
  const name = await new ObjectWriter(bus.connection, BUCKET).write(bytes, PATIENCE_MS);
  const store = await new Objm(jetstream(bus.connection)).open(BUCKET);
  expect(Buffer.from((await store.getBlob(name)) ?? [])).toEqual(bytes);
  const info = await store.info(name);
  expect(info).toMatchObject({ name, size, chunks: Math.ceil(size / (128 * 1024)), deleted: false });
  expect(sizeInName(name)).toBe(size);
  expect(name.startsWith(createHash('sha256').update(bytes).digest('hex'))).toBe(true);
  expect(await new ObjectWriter(bus.connection, BUCKET).write(bytes, PATIENCE_MS)).not.toBe(name);
  await store.delete(name);
  expect((await store.info(name))?.deleted).toBe(true);
});

test('of an object that is not written whole nothing stays', async () => {
  const publish = bus.connection.request.bind(bus.connection);
  jest.spyOn(bus.connection, 'request').mockImplementation((subject, ...rest) => {
    if (subject.startsWith(`$O.${BUCKET}.M.`)) return Promise.reject(new Error('away'));
    return publish(subject, ...rest);
  });
  await expect(new ObjectWriter(bus.connection, BUCKET).write(Buffer.alloc(300_000), PATIENCE_MS)).rejects.toThrow(
    'away',
  );
  const store = await new Objm(jetstream(bus.connection)).open(BUCKET);
  expect((await store.status()).streamInfo.state.messages).toBe(0);
});

test('large payloads that arrive together are worked on in turns of the event loop, and by their readers in turns of their own', async () => {
  const count = 3;
  const input = 'x'.repeat(LIMITS.inlinePayloadBytes);
  const runs = Array.from({ length: count }, () => aRunRequest({ input }));
  for (const run of runs) await bus.publish(RunRequested, run);
  const reader = new ObjectReader(bus.replies, BUCKET);
  const read = reader.read.bind(reader);
  const arrived: (() => void)[] = [];
  jest.spyOn(ObjectReader.prototype, 'read').mockImplementation(async (info) => {
    const bytes = await read(info);
    await new Promise<void>((resolve) => {
      arrived.push(resolve);
      if (arrived.length === count) arrived.forEach((each) => each());
    });
    return bytes;
  });
  let turn = 0;
  const counting = (): void => {
    turn++;
    counter = setImmediate(counting);
  };
  let counter = setImmediate(counting);
  const [made, opened]: [number[], number[]] = [[], []];
  const { schema } = RunRequested;
  const parse = schema.parse.bind(schema);
  jest.spyOn(schema, 'parse').mockImplementation((value) => {
    made.push(turn);
    return parse(value);
  });
  try {
    await Promise.all(
      runs.map(async (run) => {
        expect((await bus.lastOnSubject(RunRequested, run))?.payload.input).toBe(input);
        opened.push(turn);
      }),
    );
  } finally {
    clearImmediate(counter);
  }
  // Made values of in turns of their own, and worked on by their readers in further ones.
  expect(new Set([...made, ...opened]).size).toBe(2 * count);
});
