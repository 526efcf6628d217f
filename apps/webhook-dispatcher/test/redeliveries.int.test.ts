import { derivedId, LIMITS, RedeliverEvents } from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

const DAY = 24 * 60 * 60 * 1_000;

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
});

const callsTo = (id: string) => scene.endpoints.callsTo(`/${id}`);

test('what failed for good since a time is sent again, and what was delivered too where all is wanted', async () => {
  const id = await scene.subscribe(organisation);
  const address = { organisation_id: organisation, subscription_id: id };
  scene.endpoints.on(`/${id}`, { status: 410 });
  for (let count = 0; count < 3; count++) await scene.finish(organisation);
  await waitUntil('three failures', async () => {
    const records = await scene.recorded(organisation, id);
    return records.length === 3 && records.every((one) => one.status === 'failed');
  });
  scene.endpoints.on(`/${id}`, { status: 200 });
  const later = new Date(Date.now() + DAY).toISOString();
  expect(await scene.bus.request(RedeliverEvents, { ...address, since: later })).toMatchObject({ redelivered: 0 });
  const since = new Date(Date.now() - DAY).toISOString();
  const three = { redelivered: 3, has_more: false, next_since: null };
  expect(await scene.bus.request(RedeliverEvents, { ...address, since })).toEqual(three);
  const areDelivered = async () => (await scene.recorded(organisation, id)).every((one) => one.status === 'delivered');
  await waitUntil('all of them', areDelivered);

  // A receiver that has lost its data has what it took once more.
  const before = callsTo(id);
  expect(await scene.bus.request(RedeliverEvents, { ...address, since })).toMatchObject({ redelivered: 0 });
  expect(await scene.bus.request(RedeliverEvents, { ...address, since, status: 'all' })).toEqual(three);
  await waitUntil('all of them again', () => callsTo(id).length === before.length + 3);
  await waitUntil('their records', areDelivered);
  const idsOf = (calls: typeof before) => new Set(calls.map(({ headers }) => headers['webhook-id']));
  expect(idsOf(callsTo(id).slice(before.length))).toEqual(idsOf(before));
});

test('so many events that they are sent again by several calls are each in one of them', async () => {
  const subscription_id = await scene.subscribe(organisation);
  const address = { organisation_id: organisation, subscription_id };
  scene.endpoints.on(`/${subscription_id}`, { status: 200 });
  const began = Date.now() - DAY;
  const records = Array.from({ length: LIMITS.eventRedeliveries + 1 }, (_, index) => ({
    ...address,
    _id: derivedId('delivery', began + index, [organisation, String(index)]),
    event_id: `evt_${index}`,
    event_type: 'execution.completed',
    body: '{}',
    created_at: new Date(began + index),
    status: 'delivered' as const,
    position: 1_001,
    round: 1,
    attempts: 1,
    next_attempt_at: null,
    attempt_log: [],
  }));
  await scene.deliveries.model.insertMany(records);
  const since = new Date(began).toISOString();
  const next_since = records.at(-1)?.created_at.toISOString() ?? '';
  const again = (from: string) =>
    scene.bus.request(RedeliverEvents, { ...address, since: from, status: 'all' }, { timeoutMs: 60_000 });
  expect(await again(since)).toEqual({ redelivered: LIMITS.eventRedeliveries, has_more: true, next_since });
  expect(await again(next_since)).toEqual({ redelivered: 1, has_more: false, next_since: null });
});
