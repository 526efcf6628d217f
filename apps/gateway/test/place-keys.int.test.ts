import { PlaceKeyRecord } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { PlaceKeys } from '../src/live/place-keys.js';

const PLACE = { sequence: 41, position: 2 };
let nats: OwnServer;
let bus: NatsBus;
beforeEach(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'keys-test', logger: silentLogger });
});
afterEach(async () => {
  await bus?.close();
  await nats?.stop();
});

const idBy = async (keys: PlaceKeys) => (await keys.of({ organisationId: 'org_a' })).idOf(PLACE);

it('gateways that need a key at the same time agree on one, which is there after a restart', async () => {
  const gateways = Array.from({ length: 20 }, () => new PlaceKeys(bus));
  const ids = await Promise.all(gateways.map(idBy));
  expect(new Set(ids).size).toBe(1);
  await nats.kill();
  await nats.restart();
  await waitUntil('the connection', () => bus.connectionNumber > 1 && bus.status().connected);
  expect(await idBy(new PlaceKeys(bus))).toBe(ids[0]);
});

it('a server that has lost the key gets it again from a gateway that has read it', async () => {
  const keys = new PlaceKeys(bus);
  const id = await idBy(keys);
  const { revision } = (await bus.keyRecords.read(PlaceKeyRecord, undefined)) ?? { revision: 0 };
  await bus.keyRecords.remove(PlaceKeyRecord, undefined, revision);
  expect(await idBy(keys)).toBe(id);
  expect(await idBy(new PlaceKeys(bus))).toBe(id);
});
