import {
  EventDeliveryDue,
  EventDeliveryNoted,
  LIMITS,
  newId,
  TEST_EVENT,
  type NotedDelivery,
  type RequestedDelivery,
} from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { DeliveryAttempts } from './delivery-attempts.js';
import type { CallResult, EndpointCall } from './endpoint-call.js';
import type { SubscriptionSwitch } from './subscription-switch.js';
import type { Subscription, Subscriptions } from './subscriptions.js';
import type { WaitingDeliveries } from './waiting-deliveries.js';

const NOW = Date.parse('2026-11-26T09:00:00.000Z');
const HOUR = 3_600_000;

const DELIVERY: RequestedDelivery = {
  delivery_id: newId('delivery'),
  organisation_id: 'org_1',
  subscription_id: 'sub_1',
  event_id: newId('event'),
  event_type: 'execution.failed',
  body: '{}',
  created_at: new Date(NOW).toISOString(),
  round: 1,
  attempt: 1,
};

/** What was done, in its order: messages by their names, and what is disabled. */
let done: string[];
let timers: { readonly delivery: RequestedDelivery; readonly at: number }[];
let notes: NotedDelivery[];

beforeEach(() => {
  done = [];
  timers = [];
  notes = [];
});
afterEach(() => jest.restoreAllMocks());

/** One attempt, of which this comes. */
async function attempt(result: Partial<CallResult>, more: Partial<RequestedDelivery> = {}): Promise<void> {
  const publish = ({ name }: { name: string }, payload: NotedDelivery, { at }: { at?: Date } = {}): Promise<void> => {
    done.push(name);
    if (name === EventDeliveryNoted.name) notes.push(payload);
    else timers.push({ delivery: payload, at: at?.getTime() ?? NaN });
    return Promise.resolve();
  };
  const made = { at: new Date(NOW).toISOString(), url: '', request_headers: null, response_headers: null };
  const whole = { duration_ms: 1, status_code: 503, error: 'x', response: '' };
  const came: CallResult = { made: { ...made, ...whole }, delivered: false, gone: false, wish: null, ...result };
  const attempts = new DeliveryAttempts(
    { publish } as unknown as Pick<Bus, 'publish'>,
    { find: () => Promise.resolve({ status: 'active' } as Subscription) } as Partial<Subscriptions> as Subscriptions,
    { send: () => Promise.resolve(came) } as Partial<EndpointCall> as EndpointCall,
    { disable: () => Promise.resolve(void done.push('disabled')) } as Partial<SubscriptionSwitch> as SubscriptionSwitch,
    { isFull: () => false, noteTaken: () => undefined } as Partial<WaitingDeliveries> as WaitingDeliveries,
    () => NOW,
  );
  await attempts.make({ ...DELIVERY, ...more }, new AbortController().signal);
}

it('after a failure the next attempt is set before this one is noted, for the time that the note says', async () => {
  await attempt({});
  expect(done).toEqual([EventDeliveryDue.name, EventDeliveryNoted.name]);
  expect(timers[0]?.delivery).toEqual({ ...DELIVERY, attempt: 2 });
  expect(notes[0]).toMatchObject({ status: 'pending', attempt: 1, event_id: DELIVERY.event_id });
  expect(Date.parse(notes[0]?.next_attempt_at ?? '')).toBe(timers[0]?.at);
});

it('what failed together does not come back together', async () => {
  for (const chance of [0, 0.25, 1]) {
    jest.spyOn(Math, 'random').mockReturnValue(chance);
    await attempt({});
  }
  expect(timers.map(({ at }) => at - NOW)).toEqual([4_000, 4_500, 6_000]);
});

it('an endpoint is left alone for as long as it asks, by each of its attempts, up to a day', async () => {
  for (const made of [1, 4, 9]) await attempt({ wish: 23 * HOUR }, { attempt: made });
  await attempt({ wish: 1_000 * HOUR });
  const waits = timers.map(({ at }) => at - NOW);
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(23 * HOUR - LIMITS.askedEventDelayMs * 0.2);
  expect([waits[0], waits[1], waits[3]]).toEqual([23 * HOUR, 23 * HOUR, LIMITS.askedEventDelayMs]);
});

it.each([
  ['the last attempt of ten', {}, { attempt: 10 }, [EventDeliveryNoted.name]],
  ['an endpoint that is gone', { gone: true, wish: 1_000 }, {}, ['disabled', EventDeliveryNoted.name]],
  ['a test event', { wish: 1_000 }, { event_type: TEST_EVENT }, [EventDeliveryNoted.name]],
] as const)('after the failure of %s there is no further one', async (_, result, delivery, expected) => {
  await attempt(result, delivery);
  expect(done).toEqual(expected);
  expect(notes).toMatchObject([{ status: 'failed', next_attempt_at: null }]);
});

it('what is delivered is noted, and that is all', async () => {
  await attempt({ delivered: true, wish: 1_000 });
  expect(done).toEqual([EventDeliveryNoted.name]);
  expect(notes).toMatchObject([{ status: 'delivered', next_attempt_at: null }]);
});
