import {
  AppError,
  derivedId,
  EventDeliveryRequested,
  LIMITS,
  ListEventDeliveries,
  ListLastWebhookCalls,
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
  jest.restoreAllMocks();
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
  const times = Array.from({ length: 33 }, (_, index) => BEGAN + index);
  const { address, ids } = await withDelivered(times);
  expect((await scene.deliveries.endedBehind(address, ['delivered'], 'dlv_', 1))[0]).not.toHaveProperty('attempt_log');
  scene.pace = 10_000;
  const more = { redelivered: 16, has_more: true };
  expect(await all(address)).toEqual([
    { ...more, next_cursor: ids[15], next_since: new Date(BEGAN + 16).toISOString() },
    { ...more, next_cursor: ids[31], next_since: new Date(BEGAN + 32).toISOString() },
    { redelivered: 1, has_more: false, next_cursor: null, next_since: null },
  ]);
  await waitUntil('each of them', () => idsSentTo(address).size === times.length);
});

test('more of one millisecond than a call sends are each sent once, and who asks by time learns that there are more', async () => {
  const times = Array.from({ length: 40 }, (_, index) => BEGAN + Math.floor(index / 38));
  const { address } = await withDelivered(times);
  scene.pace = 10_000;
  const [first, ...others] = await all(address);
  expect(first).toMatchObject({ redelivered: 16, has_more: true, next_since: null });
  expect(others.map(({ redelivered }) => redelivered)).toEqual([16, 8]);
  await waitUntil('each of them', () => idsSentTo(address).size === times.length);
  // Once each: another time would be a third round.
  const ended = { ...address, status: 'delivered' as const, round: 2 };
  await waitUntil('their ends', async () => (await scene.deliveries.model.countDocuments(ended)) === times.length);
  expect(callsTo(address.subscription_id)).toHaveLength(times.length);
});

test('who goes on by time has all of them too, some of one millisecond once more', async () => {
  const times = Array.from({ length: 36 }, (_, index) => BEGAN + Math.floor(index / 14));
  const { address } = await withDelivered(times);
  scene.pace = 10_000;
  const answers = await all(address, ({ next_since }) => (next_since === null ? null : { since: next_since }));
  expect(answers[0]).toMatchObject({ redelivered: 16, next_since: new Date(BEGAN + 1).toISOString() });
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

test('redeliveries that wait keep neither pages of deliveries nor the last calls of webhooks from others', async () => {
  const [mayGoOn, held] = [gate(), new Set<string>()];
  const publish = scene.bus.publish.bind(scene.bus) as (...published: unknown[]) => Promise<never>;
  jest.spyOn(scene.bus, 'publish').mockImplementation(async (message: object, ...rest: unknown[]) => {
    if (message === EventDeliveryRequested) {
      held.add((rest[0] as { organisation_id: string }).organisation_id);
      await mayGoOn.opened;
    }
    return publish(message, ...rest);
  });
  const since = new Date(BEGAN).toISOString();
  const owners = Array.from({ length: 6 }, () => uniqueName('org'));
  const addresses = await Promise.all(owners.map(async (owner) => (await withDelivered([BEGAN], owner)).address));
  const ask = (address: (typeof addresses)[number]) =>
    scene.bus.request(RedeliverEvents, { ...address, since, status: 'all' }, { timeoutMs: 60_000 });
  const calls = addresses.map(ask);
  await waitUntil('as many as go at once', () => held.size === 4);
  const page = { organisation_id: organisation, subscription_id: 'sub_x', limit: 5 };
  expect(await scene.bus.request(ListEventDeliveries, page)).toMatchObject({ deliveries: [] });
  const last = { organisation_id: organisation, webhook_ids: ['whk_x'] };
  expect(await scene.bus.request(ListLastWebhookCalls, last)).toMatchObject({ last: {} });
  // Another subscription of an organisation that has one under way, or that waits for its turn, and the same one.
  for (const address of addresses) {
    const again = { code: 'RATE_LIMIT_EXCEEDED', details: { kind: 'redeliveries_at_once', retry_after: 42 } };
    await expect(ask(address)).rejects.toMatchObject(again);
    await expect(ask({ ...address, subscription_id: 'sub_other' })).rejects.toMatchObject(again);
  }
  mayGoOn.open();
  for (const call of calls) expect(await call).toMatchObject({ redelivered: 1, has_more: false });
});

/** A subscription with deliveries of these times, which its endpoint has taken and takes again. */
async function withDelivered(times: readonly number[], organisation_id = organisation) {
  const subscription_id = await scene.subscribe(organisation_id);
  const address = { organisation_id, subscription_id };
  scene.endpoints.on(`/${subscription_id}`, { status: 200 });
  const records = times.map((at, index) => ({
    ...address,
    _id: derivedId('delivery', at, [organisation_id, String(index)]),
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

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
