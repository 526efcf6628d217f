import type { EventDeliveryList, EventSubscriptionWithSecret } from '@millrace/contracts';
import type { ApiClient } from './api.js';
import { eventually } from './eventually.js';

/** A new subscription of an organisation, and a delivery of it that is recorded. */
export async function subscribed(
  api: ApiClient,
  request: object,
): Promise<{ subscription_id: string; delivery_id: string }> {
  const { id } = await api.expect<EventSubscriptionWithSecret>(201, 'POST', '/event-subscriptions', { json: request });
  const path = `/event-subscriptions/${id}`;
  const { delivery_id } = await api.expect<{ delivery_id: string }>(202, 'POST', `${path}/test`);
  await eventually(`delivery ${delivery_id} is recorded`, async () => {
    const { deliveries } = await api.expect<EventDeliveryList>(200, 'GET', `${path}/deliveries`);
    return deliveries.find((delivery) => delivery.id === delivery_id && delivery.attempts > 0);
  });
  return { subscription_id: id, delivery_id };
}
