import { AppError, DisableEventSubscription } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { EventTeller, Occurrence } from '@millrace/service-kit/event-teller';
import { SubscriptionSwitch } from './subscription-switch.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

const SINCE = '2026-11-20T00:00:00.000Z';
const ADDRESS = { organisation_id: 'org_1', subscription_id: 'sub_1' };

it('a subscription is not disabled before that is announced, so that a failure keeps it from nobody', async () => {
  const done: unknown[] = [];
  let status: Subscription['status'] = 'active';
  let isAway = true;
  const tell = async ({ type, since }: Occurrence): Promise<void> => {
    if (isAway) throw new AppError('SERVICE_UNAVAILABLE');
    done.push([type, since]);
  };
  const request = (message: object): Promise<void> => {
    done.push(message);
    status = 'disabled';
    return Promise.resolve();
  };
  const stored = () => ({ status, since: SINCE, url: 'https://example.com', workflow_id: null }) as Subscription;
  const switches = new SubscriptionSwitch(
    { request } as unknown as Pick<Bus, 'request'>,
    { find: () => Promise.resolve(stored()) } as Partial<Subscriptions> as Subscriptions,
    { tell } as Partial<EventTeller> as EventTeller,
    () => Date.parse('2026-11-26T09:00:00.000Z'),
  );
  await expect(switches.disable(ADDRESS, 'x')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  isAway = false;
  await switches.disable(ADDRESS, 'x');
  // Found once more, by an attempt that was under way.
  await switches.disable(ADDRESS, 'x');
  expect(done).toEqual([['subscription.disabled', SINCE], DisableEventSubscription]);
});
