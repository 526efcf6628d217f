import {
  LIMITS,
  newId,
  RedeliverEvent,
  RedeliverEvents,
  type NotedDelivery,
  type StoredEventSubscription,
} from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { EventEndpointsRepository } from '../src/outbound/event-endpoints.repository.js';
import { OutboundScene } from './outbound.fixture.js';

/* What happens while a subscription is disabled. */

const DAY = 24 * 60 * 60 * 1_000;

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
  scene.disabled.length = 0;
});
afterEach(() => {
  scene.ahead = 0;
  jest.restoreAllMocks();
});

const callsTo = (id: string) => scene.endpoints.callsTo(`/${id}`);
const recorded = (id: string) => scene.recorded(organisation, id);

/** What `definitions` makes of a subscription that it is asked to disable. */
const disabledAt = (time: number): Partial<StoredEventSubscription> => ({
  status: 'disabled',
  disabled_reason: 'Its endpoint has taken nothing for 5 days',
  disabled_at: new Date(time).toISOString(),
});

/** An event of the organisation, after which all that happened before has been recorded where it is to be. */
async function untilRouted(witness: string): Promise<void> {
  const before = callsTo(witness).length;
  await scene.finish(organisation);
  await waitUntil('the witness', () => callsTo(witness).length > before);
}

test('what happens while the platform has disabled it is recorded, not attempted, and sent again once on request', async () => {
  const id = await scene.subscribe(organisation);
  // Its other attempts come after the test.
  scene.endpoints.on(`/${id}`, { status: 503, headers: { 'retry-after': '3600' } });
  await scene.finish(organisation);
  await waitUntil('the first attempt', async () => (await recorded(id))[0]?.attempts === 1);
  scene.ahead = 5.1 * DAY;
  await scene.finish(organisation);
  await waitUntil('it to be disabled', () => scene.disabled.length > 0);
  const disabled = { ...scene.stored(organisation, id), ...disabledAt(Date.now()) };
  await scene.put(organisation, id, disabled);

  const attempted = callsTo(id).length;
  for (let count = 0; count < 3; count++) await scene.finish(organisation);
  await waitUntil('their records', async () => (await recorded(id)).length === 5);
  const records = (await recorded(id)).slice(0, 3);
  const unsent = { status: 'failed', attempts: 0, attempt_log: [], next_attempt_at: null };
  const reason = 'The subscription is disabled';
  expect(records).toEqual(Array(3).fill(expect.objectContaining({ ...unsent, reason })));
  expect(callsTo(id)).toHaveLength(attempted);

  scene.endpoints.on(`/${id}`, { status: 200 });
  const { disabled_at: since = '' } = disabled;
  await scene.put(organisation, id, { ...disabled, status: 'active', disabled_reason: null, since });
  const address = { organisation_id: organisation, subscription_id: id };
  const from = new Date(Date.now() - DAY).toISOString();
  expect(await scene.bus.request(RedeliverEvents, { ...address, since: from })).toMatchObject({ redelivered: 3 });
  const statuses = async () => (await recorded(id)).map(({ status }) => status);
  await waitUntil('all of them', async () => (await statuses()).slice(0, 3).every((one) => one === 'delivered'));
  const sent = callsTo(id).slice(attempted);
  expect(sent.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
    records.map(({ event_id }) => event_id).sort(),
  );
  expect((await recorded(id)).map((one) => one.reason)).toEqual(Array(5).fill(null));
  expect(await scene.bus.request(RedeliverEvents, { ...address, since: from })).toMatchObject({ redelivered: 0 });
}, 120_000);

test('nothing is sent again while it is disabled, whoever has disabled it', async () => {
  const id = await scene.subscribe(organisation);
  await scene.finish(organisation);
  await waitUntil('the delivery', async () => (await recorded(id))[0]?.status === 'delivered');
  const before = await recorded(id);
  const active = scene.stored(organisation, id);
  const address = { organisation_id: organisation, subscription_id: id };
  const one = () => scene.bus.request(RedeliverEvent, { ...address, delivery_id: before[0]?.id ?? '' });
  const all = () => scene.bus.request(RedeliverEvents, { ...address, since: active.since, status: 'all' });
  for (const disabled of [disabledAt(Date.now()), { status: 'disabled' as const }]) {
    await scene.put(organisation, id, { ...active, ...disabled });
    const { disabled_reason = null } = disabled;
    const refusal = { code: 'EVENT_SUBSCRIPTION_DISABLED', details: { subscription_id: id, disabled_reason } };
    await expect(one()).rejects.toMatchObject(refusal);
    await expect(all()).rejects.toMatchObject(refusal);
  }
  expect(await recorded(id)).toEqual(before);
  await scene.put(organisation, id, active);
  expect(await one()).toMatchObject({ status: 'pending' });
  await waitUntil('it once more', () => callsTo(id).length === 2);
});

test('what happened while it was disabled and is looked at once it is active again is sent', async () => {
  const disabled = Date.now() - 60_000;
  const id = await scene.subscribe(organisation, { since: new Date(disabled).toISOString() });
  await scene.finish(organisation, { completed_at: new Date(disabled + 1_000).toISOString() });
  await waitUntil('it', async () => (await recorded(id))[0]?.status === 'delivered');
});

test('nothing is recorded where its owner has disabled it, nor a month after the platform has', async () => {
  const witness = await scene.subscribe(organisation);
  const month = LIMITS.eventDeliveriesKeptMs;
  const since = new Date(Date.now() - 2 * month).toISOString();
  const others = await Promise.all([
    scene.subscribe(organisation, { ...disabledAt(Date.now() - DAY), disabled_reason: null, since }),
    scene.subscribe(organisation, { status: 'disabled', disabled_reason: 'In an earlier release', since }),
    scene.subscribe(organisation, { ...disabledAt(Date.now() - month - 1_000), since }),
    scene.subscribe(organisation, { ...disabledAt(Date.now()), events: ['execution.cancelled'] }),
  ]);
  const kept = await scene.subscribe(organisation, { ...disabledAt(Date.now() - month + DAY), since });
  await untilRouted(witness);
  await waitUntil('the record', async () => (await recorded(kept)).length === 1);
  expect(await Promise.all(others.map(recorded))).toEqual(others.map(() => []));
});

test('of very many that are recorded the newest are kept, without waiting for the next time that old ones go', async () => {
  const limits: { eventDeliveriesKept: number } = LIMITS;
  jest.replaceProperty(limits, 'eventDeliveriesKept', 10);
  const id = await scene.subscribe(organisation, disabledAt(Date.now()));
  const [newest, count] = [Date.now(), 25];
  for (let index = 1; index <= count; index++)
    await scene.finish(organisation, { completed_at: new Date(newest - (count - index) * 1_000).toISOString() });
  const times = Array.from({ length: 10 }, (_, index) => new Date(newest - index * 1_000).toISOString());
  await waitUntil('the newest', async () => {
    const found = await recorded(id);
    return found[0]?.created_at === times[0] && found.length === times.length;
  });
  expect((await recorded(id)).map(({ created_at }) => created_at)).toEqual(times);
  expect(callsTo(id)).toEqual([]);
  // Nothing says that its endpoint has failed: it has all its days once it is active.
  const endpoint = await scene.app.get(EventEndpointsRepository).model.findById(id).lean();
  expect(endpoint).toMatchObject({ failing_since: null });
});

test('a success that is noted late ends no row of failures that began after it', async () => {
  const endpoints = scene.app.get(EventEndpointsRepository);
  const subscription_id = newId('subscription');
  const noted = (status: NotedDelivery['status'], at: number): Promise<void> =>
    endpoints.note([
      {
        organisation_id: organisation,
        subscription_id,
        status,
        made: { at: new Date(at).toISOString() },
      } as NotedDelivery,
    ]);
  const failingSince = async () => (await endpoints.model.findById(subscription_id).lean())?.failing_since ?? null;
  const began = Date.now();
  await noted('failed', began);
  await noted('pending', began + 1_000);
  await noted('delivered', began - 1);
  expect(await failingSince()).toEqual(new Date(began));
  await noted('delivered', began + 2_000);
  expect(await failingSince()).toBeNull();
});
