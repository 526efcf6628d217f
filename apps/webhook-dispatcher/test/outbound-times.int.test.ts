import { LIMITS, STREAMS } from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

/* What takes its time here: an attempt that is made by itself at its time, and an endpoint that never responds. */

/** More than run and wait in one process. */
const MANY = 400;

let scene: OutboundScene;
const organisation = uniqueName('org');

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());

test('the next attempt is made at its time, once, by whichever process is there then', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.sequence(`/${id}`, [{ status: 500 }, { status: 200 }]);
  await scene.finish(organisation);
  const first = async () => (await scene.recorded(organisation, id))[0];
  await waitUntil('the first attempt', async () => (await first())?.attempts === 1);
  const due = Date.parse((await first())?.next_attempt_at ?? '');
  await scene.replace();
  await waitUntil('the second attempt', async () => (await first())?.status === 'delivered', 60_000);

  const log = (await first())?.attempt_log ?? [];
  expect(log.map(({ status_code }) => status_code)).toEqual([500, 200]);
  expect(Date.parse(log[1]?.at ?? '')).toBeGreaterThanOrEqual(due);
  expect(scene.endpoints.callsTo(`/${id}`)).toHaveLength(2);
}, 120_000);

test('an endpoint that never responds is waited for as long as the page says, and is tried again later', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, () => new Promise(() => undefined));
  await scene.finish(organisation);
  const first = async () => (await scene.recorded(organisation, id))[0];
  await waitUntil('the end of the attempt', async () => (await first())?.attempts === 1, 60_000);
  const record = await first();
  expect(record).toMatchObject({ status: 'pending', next_attempt_at: expect.any(String) });
  expect(record?.attempt_log[0]).toMatchObject({ status_code: null, error: expect.stringMatching(/\b15/) });
  expect(record?.attempt_log[0]?.duration_ms).toBeGreaterThanOrEqual(LIMITS.eventTimeoutMs);
}, 120_000);

test('what is too much to wait in the queue is put off, delays nobody else, and is sent once', async () => {
  const many = uniqueName('org');
  const slow = await scene.subscribe(many);
  const held: (() => void)[] = [];
  let isHeld = true;
  scene.endpoints.on(`/${slow}`, async () => {
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
    return { status: 200 };
  });
  for (let count = 0; count < MANY; count++) await scene.finish(many);
  const inQueue = async () => {
    const { consumers } = await scene.bus.queueStates();
    const queue = consumers.find(({ stream, consumer }) => stream === STREAMS.deliveries && consumer === 'send');
    return (queue?.waiting ?? MANY) + (queue?.underWay ?? MANY);
  };
  await waitUntil('its share to be tried', () => held.length >= 16);
  await waitUntil('the rest to leave the queue', async () => (await inQueue()) < MANY / 2);
  const other = uniqueName('org');
  const quick = await scene.subscribe(other);
  await scene.finish(other);
  await waitUntil('the other one', async () => (await scene.recorded(other, quick))[0]?.status === 'delivered');
  expect(scene.endpoints.callsTo(`/${slow}`).length).toBeLessThan(64);

  isHeld = false;
  held.splice(0).forEach((go) => go());
  await waitUntil(
    'all',
    async () => {
      const { deliveries } = await scene.deliveries.list(
        { organisation_id: many, subscription_id: slow },
        { limit: MANY, status: 'delivered' },
      );
      return deliveries.length === MANY;
    },
    60_000,
  );
  expect(scene.endpoints.callsTo(`/${slow}`)).toHaveLength(MANY);
}, 180_000);
