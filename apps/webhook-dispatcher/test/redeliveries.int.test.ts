import {
  AppError,
  derivedId,
  LIMITS,
  RedeliverEvents,
  type EventRedeliveryRequest,
  type Redelivered,
} from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundScene } from './outbound.fixture.js';

const DAY = 24 * 60 * 60 * 1_000;
/** When the oldest of the events happened. */
const BEGAN = Date.now() - DAY;

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
});
afterEach(() => {
  scene.pace = 0;
  scene.ahead = 0;
});

const callsTo = (id: string) => scene.endpoints.callsTo(`/${id}`);
const idsSentTo = ({ subscription_id }: { subscription_id: string }) =>
  new Set(callsTo(subscription_id).map(({ headers }) => headers['webhook-id']));

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
  const three = { redelivered: 3, has_more: false, next_cursor: null, next_since: null };
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
  const times = Array.from({ length: LIMITS.eventRedeliveries + 1 }, (_, index) => BEGAN + index);
  const { address } = await withDelivered(times);
  const answers = await all(address);
  expect(answers.length).toBeGreaterThan(1);
  expect(answers.every(({ redelivered }) => redelivered <= LIMITS.eventRedeliveries)).toBe(true);
  expect(answers.reduce((sum, { redelivered }) => sum + redelivered, 0)).toBe(times.length);
  await waitUntil('each of them', () => idsSentTo(address).size === times.length);
});

test('where there is no time for all of them, the call ends with where the next one goes on', async () => {
  const times = Array.from({ length: 201 }, (_, index) => BEGAN + index);
  const { address, ids } = await withDelivered(times);
  expect((await scene.deliveries.endedBehind(address, ['delivered'], 'dlv_', 1))[0]).not.toHaveProperty('attempt_log');
  scene.pace = 10_000;
  const more = { redelivered: 100, has_more: true };
  expect(await all(address)).toEqual([
    { ...more, next_cursor: ids[99], next_since: new Date(BEGAN + 100).toISOString() },
    { ...more, next_cursor: ids[199], next_since: new Date(BEGAN + 200).toISOString() },
    { redelivered: 1, has_more: false, next_cursor: null, next_since: null },
  ]);
  await waitUntil('each of them', () => idsSentTo(address).size === times.length);
});

test('more of one millisecond than a call sends are each sent once, and who asks by time learns that there are more', async () => {
  const times = Array.from({ length: 250 }, (_, index) => BEGAN + Math.floor(index / 240));
  const { address } = await withDelivered(times);
  scene.pace = 10_000;
  const [first, ...others] = await all(address);
  expect(first).toMatchObject({ redelivered: 100, has_more: true, next_since: null });
  expect(others.map(({ redelivered }) => redelivered)).toEqual([100, 50]);
  await waitUntil('each of them', () => idsSentTo(address).size === times.length);
  // Once each: another time would be a third round.
  const ended = { ...address, status: 'delivered' as const, round: 2 };
  await waitUntil('their ends', async () => (await scene.deliveries.model.countDocuments(ended)) === times.length);
  expect(callsTo(address.subscription_id)).toHaveLength(times.length);
});

test('who goes on by time has all of them too, some of one millisecond once more', async () => {
  const times = Array.from({ length: 220 }, (_, index) => BEGAN + Math.floor(index / 90));
  const { address } = await withDelivered(times);
  scene.pace = 10_000;
  const answers = await all(address, ({ next_since }) => (next_since === null ? null : { since: next_since }));
  expect(answers[0]).toMatchObject({ redelivered: 100, next_since: new Date(BEGAN + 1).toISOString() });
  await waitUntil('each of them', () => idsSentTo(address).size === times.length);
});

test('nothing is sent again while very many are on their way; those that wait for a later attempt do not count', async () => {
  const times = Array.from({ length: LIMITS.eventRedeliveries + 1 }, (_, index) => BEGAN + index);
  const { address } = await withDelivered(times);
  const { model } = scene.deliveries;
  const since = new Date(BEGAN).toISOString();
  const next_attempt_at = new Date(BEGAN).toISOString();
  await model.updateMany(address, { $set: { status: 'pending', next_attempt_at } });
  await expect(scene.bus.request(RedeliverEvents, { ...address, since })).rejects.toMatchObject({
    code: 'RATE_LIMIT_EXCEEDED',
    details: { kind: 'event_redeliveries', limit: LIMITS.eventRedeliveries },
  });
  await model.updateMany(address, { $set: { next_attempt_at: new Date(Date.now() + DAY).toISOString() } });
  expect(await scene.bus.request(RedeliverEvents, { ...address, since })).toMatchObject({ redelivered: 0 });
});

/** A subscription with deliveries of these times, which its endpoint has taken and takes again. */
async function withDelivered(times: readonly number[]) {
  const subscription_id = await scene.subscribe(organisation);
  const address = { organisation_id: organisation, subscription_id };
  scene.endpoints.on(`/${subscription_id}`, { status: 200 });
  const records = times.map((at, index) => ({
    ...address,
    _id: derivedId('delivery', at, [organisation, String(index)]),
    event_id: `evt_${index}`,
    event_type: 'execution.completed',
    body: '{}',
    created_at: new Date(at),
    status: 'delivered' as const,
    position: 1_001,
    round: 1,
    attempts: 1,
    next_attempt_at: null,
    attempt_log: [],
  }));
  await scene.deliveries.model.insertMany(records);
  return { address, ids: records.map(({ _id }) => _id) };
}

type Following = Pick<EventRedeliveryRequest, 'since' | 'starting_after'>;

/** What the calls return by which a caller has all of them again, with the patience that the gateway has. */
async function all(
  address: { organisation_id: string; subscription_id: string },
  following: (answer: Redelivered) => Following | null = ({ next_cursor }) =>
    next_cursor === null ? null : { since: new Date(BEGAN).toISOString(), starting_after: next_cursor },
): Promise<Redelivered[]> {
  const answers: Redelivered[] = [];
  let next: Following | null = { since: new Date(BEGAN).toISOString() };
  while (next !== null) {
    const from: Following = next;
    const answer: Redelivered = await waitUntil('room for more', () =>
      scene.bus.request(RedeliverEvents, { ...address, ...from, status: 'all' }).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'RATE_LIMIT_EXCEEDED') return null;
        throw error;
      }),
    );
    answers.push(answer);
    next = following(answer);
  }
  return answers;
}
