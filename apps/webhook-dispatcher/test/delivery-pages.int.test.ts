import { ListEventDeliveries, newId, type EventDelivery, type EventDeliveryList } from '@millrace/contracts';
import { uniqueName } from '@millrace/testing';
import type { EventDeliveryRecord } from '../src/outbound/event-delivery.schema.js';
import { OutboundScene } from './outbound.fixture.js';

/* Pages of the log of deliveries, whose records may each be as large as a small file. */

const KIB = 1024;
let scene: OutboundScene;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
afterEach(() => jest.restoreAllMocks());

/** The address of a subscription with so many deliveries, each of about so many bytes; every third has failed. */
async function subscriptionWith(count: number, bytes: number) {
  const [organisation_id, subscription_id] = [uniqueName('org'), newId('subscription')];
  const at = new Date('2026-11-26T09:00:00.000Z');
  const attempt = {
    at: at.toISOString(),
    url: 'https://example.com/',
    request_headers: { 'webhook-id': 'evt_x' },
    duration_ms: 3,
    status_code: 500,
    error: 'The status 500',
    response_headers: { server: 'x' },
    response: 'x'.repeat(bytes / 20),
  };
  const records = Array.from({ length: count }, (_, index): EventDeliveryRecord => {
    const of = { _id: newId('delivery'), organisation_id, subscription_id, event_id: 'evt_x', body: '{}' };
    const state = { status: index % 3 === 0 ? ('failed' as const) : ('delivered' as const), position: 1, round: 1 };
    const attempt_log = Array.from({ length: 20 }, () => attempt);
    return {
      ...of,
      ...state,
      event_type: 'execution.failed',
      attempts: 20,
      attempt_log,
      created_at: at,
      next_attempt_at: null,
    };
  });
  await scene.deliveries.model.insertMany(records);
  return { organisation_id, subscription_id };
}

type Address = Awaited<ReturnType<typeof subscriptionWith>>;
type Query = Omit<Parameters<OutboundScene['deliveries']['list']>[1], 'limit'> & { readonly limit?: number };

const pageOf = (address: Address, { limit = 100, ...query }: Query = {}): Promise<EventDeliveryList> =>
  scene.bus.request(ListEventDeliveries, { ...address, limit, ...query });

async function allOf(address: Address, query: Query): Promise<EventDelivery[]> {
  const deliveries: EventDelivery[] = [];
  let starting_after: string | undefined;
  do {
    const page = await pageOf(address, { ...query, starting_after });
    deliveries.push(...page.deliveries);
    starting_after = page.next_cursor ?? undefined;
  } while (starting_after !== undefined);
  return deliveries;
}

test('a page ends at 512 KiB, and no more records are read once it is full', async () => {
  const address = await subscriptionWith(60, 60 * KIB);
  const find = jest.spyOn(scene.deliveries.model, 'find');
  const page = await pageOf(address);
  expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(512 * KIB + 200);
  expect(page.deliveries.length).toBeGreaterThan(3);
  expect(page.has_more).toBe(true);
  const queries = find.mock.results.map(({ value }) => value as ReturnType<typeof scene.deliveries.model.find>);
  expect(queries.map((query) => query.getOptions().limit)).toEqual([10]);
});

test.each([{}, { limit: 1 }, { limit: 7 }, { status: 'failed' as const }, { status: 'failed' as const, limit: 4 }])(
  'each delivery is on one page, whatever is asked for: %j',
  async (query) => {
    const address = await subscriptionWith(31, 60 * KIB);
    const { organisation_id } = address;
    const found = await scene.deliveries.model.find({ organisation_id }).sort({ _id: -1 }).lean();
    const expected = found.filter(({ status }) => query.status === undefined || status === query.status);
    expect(expected).toHaveLength(query.status === undefined ? 31 : 11);
    expect((await allOf(address, query)).map(({ id }) => id)).toEqual(expected.map(({ _id }) => _id));
  },
);

test('the pages of one organisation do not hold up the page of another', async () => {
  const [many, other] = [await subscriptionWith(12, 60 * KIB), await subscriptionWith(1, KIB)];
  const order: string[] = [];
  const note = (who: string, page: Promise<EventDeliveryList>) => page.then(() => order.push(who));
  const pages = Array.from({ length: 60 }, () => note('many', pageOf(many)));
  await Promise.all([...pages, note('other', pageOf(other))]);
  expect(order).toHaveLength(61);
  expect(order.indexOf('other')).toBeLessThan(10);
});
