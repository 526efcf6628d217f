import { LIMITS, RunRequested } from '@millrace/contracts';
import { aRunRequest, startNats, type OwnServer } from '@millrace/testing';
import { jetstream } from '@nats-io/jetstream';
import { Objm, type ObjectInfo } from '@nats-io/obj';
import { connectBus, PayloadTooLargeError, silentLogger, type NatsBus } from '../src/index.js';
import { ObjectReader } from '../src/object-reader.js';
import { HEADERS, newHeaders } from '../src/wire.js';

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
