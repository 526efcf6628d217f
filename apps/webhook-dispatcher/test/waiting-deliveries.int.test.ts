import { LIMITS, RedeliverEvent, RedeliverEvents, STREAMS } from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { deliveriesUnsent } from '../src/outbound/outbound.metrics.js';
import { OutboundScene } from './outbound.fixture.js';

const WAITING = 10;
const MANY = 25;
/** For so long the dispatcher goes on with a count, and lets in none while too many wait. */
const COUNTED_MS = 10_000;

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

async function statusOf(organisation_id: string, subscription_id: string, execution: string) {
  const records = await scene.recorded(organisation_id, subscription_id);
  return records.find(({ request_body }) => request_body.includes(execution))?.status;
}

test('of a subscription whose endpoint takes nothing so many deliveries wait, and further ones fail, until it takes them again', async () => {
  const [dead, other] = [uniqueName('org'), uniqueName('org')];
  const [gone, quick] = [await scene.subscribe(dead), await scene.subscribe(other)];
  let status = 503;
  scene.endpoints.on(`/${gone}`, () => ({ status }));
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
  const { values } = await deliveriesUnsent.get();
  expect(values).toMatchObject([
    { labels: { reason: 'waiting' }, value: failed.filter(({ attempts }) => attempts === 0).length },
  ]);
  await scene.finish(other);
  await waitUntil('the other', async () => (await scene.recorded(other, quick))[0]?.status === 'delivered');

  status = 200;
  scene.ahead += COUNTED_MS;
  for (let count = 0; count < 2; count++) {
    const finished = await scene.finish(dead);
    await waitUntil('a new one to be taken', async () => (await statusOf(dead, gone, finished)) === 'delivered');
  }
  const address = { organisation_id: dead, subscription_id: gone };
  const since = new Date(0).toISOString();
  expect(await scene.bus.request(RedeliverEvents, { ...address, since })).toMatchObject({ redelivered: failed.length });
  await waitUntil('all to be taken', async () =>
    (await scene.recorded(dead, gone)).every(({ status }) => status === 'delivered'),
  );
}, 120_000);

test('what waits is sent at once on request, and is not pruned', async () => {
  const organisation_id = uniqueName('org');
  const subscription_id = await scene.subscribe(organisation_id);
  scene.endpoints.on(`/${subscription_id}`, { status: 503 });
  for (let count = 0; count < 3; count++) await scene.finish(organisation_id);
  const records = await waitUntil('all to be tried', async () => {
    const found = await scene.recorded(organisation_id, subscription_id);
    return found.length === 3 && found.every(({ attempts }) => attempts > 0) ? found : null;
  });
  const address = { organisation_id, subscription_id };
  const delivery_id = records[0]?.id ?? 'none';
  expect(await scene.bus.request(RedeliverEvent, { ...address, delivery_id })).toMatchObject({ status: 'pending' });
  await scene.deliveries.pruneOf(address, 0);
  const left = await scene.recorded(organisation_id, subscription_id);
  expect(left.map(({ status }) => status)).toEqual(Array(3).fill('pending'));
}, 120_000);
