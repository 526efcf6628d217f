import { derivedId, type RequestedDelivery } from '@millrace/contracts';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';

/** The first attempt to send a subscription an event. */
export function firstAttempt(
  { id, type, organisationId, at, body }: OutboundEvent,
  subscriptionId: string,
): RequestedDelivery {
  return {
    delivery_id: derivedId('delivery', Date.parse(at), [organisationId, 'delivery', subscriptionId, id]),
    organisation_id: organisationId,
    subscription_id: subscriptionId,
    event_id: id,
    event_type: type,
    body,
    created_at: at,
    round: 1,
    attempt: 1,
  };
}
