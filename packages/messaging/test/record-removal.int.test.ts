import { defineSnapshot } from '@millrace/contracts';
import { startNats, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import { connectBus, silentLogger, type NatsBus } from '../src/index.js';

const RECORD = defineSnapshot({ name: 'record', key: () => 'org_1.wf_1.group', schema: z.object({ n: z.number() }) });

let nats: OwnServer;
let bus: NatsBus;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'records', logger: silentLogger });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

test('a record is removed if it is the revision that was written, and a later one is not', async () => {
  const { slotRecords: records } = bus;
  const first = await records.write(RECORD, {}, { n: 1 }, 0);
  await records.remove(RECORD, {}, first);
  expect(await records.read(RECORD, {})).toBeNull();
  const second = await records.write(RECORD, {}, { n: 2 }, 0);
  await records.write(RECORD, {}, { n: 3 }, second);
  await records.remove(RECORD, {}, second);
  expect((await records.read(RECORD, {}))?.value).toEqual({ n: 3 });
});
