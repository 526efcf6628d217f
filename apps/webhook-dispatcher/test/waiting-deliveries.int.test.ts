import { LIMITS, RedeliverEvent, RedeliverEvents, STREAMS } from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

const WAITING = 10;
const MANY = 25;

let scene: OutboundScene;
beforeAll(async () => {
  const limits: { eventDeliveriesWaiting: number } = LIMITS;
  jest.replaceProperty(limits, 'eventDeliveriesWaiting', WAITING);
  scene = await OutboundScene.open();
}, 120_000);
afterAll(async () => {
  await scene.close();
  jest.restoreAllMocks();
});

const timers = async (): Promise<number> => {
  const { streams } = await scene.bus.queueStates();
  return streams.find(({ stream }) => stream === STREAMS.timers)?.messages ?? 0;
};

test('of a subscription whose endpoint takes nothing so many deliveries wait, further ones fail, and another subscription has its own', async () => {
  const [dead, other] = [uniqueName('org'), uniqueName('org')];
  const [gone, quick] = [await scene.subscribe(dead), await scene.subscribe(other)];
  scene.endpoints.on(`/${gone}`, () => Promise.resolve({ status: 503 }));
  for (let count = 0; count < MANY; count++) await scene.finish(dead);
  const records = await waitUntil('all to be tried or to have failed', async () => {
    const found = await scene.recorded(dead, gone);
    const isSettled = found.every(({ status, attempts }) => status === 'failed' || attempts > 0);
    return found.length === MANY && isSettled ? found : null;
  });
  const failed = records.filter(({ status }) => status === 'failed');
  expect(failed).toHaveLength(MANY - WAITING);
  expect(new Set(failed.map(({ reason }) => reason))).toEqual(new Set([expect.stringContaining('wait')]));
  expect(await timers()).toBeLessThanOrEqual(WAITING);

  const address = { organisation_id: dead, subscription_id: gone };
  const tooMany = { code: 'RATE_LIMIT_EXCEEDED', details: { kind: 'event_redeliveries', limit: WAITING } };
  const again = (id: string | undefined) =>
    scene.bus.request(RedeliverEvent, { ...address, delivery_id: id ?? 'none failed' });
  await expect(again(failed[0]?.id)).rejects.toMatchObject(tooMany);
  const since = new Date(0).toISOString();
  await expect(scene.bus.request(RedeliverEvents, { ...address, since })).rejects.toMatchObject(tooMany);
  const waiting = records.find(({ status }) => status === 'pending');
  expect(await again(waiting?.id)).toMatchObject({ status: 'pending' });
  await scene.deliveries.pruneOf(address, 0);
  expect((await scene.recorded(dead, gone)).map(({ status }) => status)).toEqual(Array(WAITING).fill('pending'));

  await scene.finish(other);
  await waitUntil('the other', async () => (await scene.recorded(other, quick))[0]?.status === 'delivered');
});
