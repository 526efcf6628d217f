import { EventDeliveryNoted, type RequestedDelivery } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { deliveriesUnsent } from './outbound.metrics.js';
import { TOO_MANY_WAIT } from './waiting-deliveries.js';

/** Why no attempt is made: its endpoint has neither failed nor been asked. */
const REASONS = { disabled: 'The subscription is disabled', waiting: TOO_MANY_WAIT } as const;

/** Has a delivery recorded in the place of an attempt. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
export async function noteUnsent(
  bus: Pick<Bus, 'publish'>,
  delivery: RequestedDelivery,
  why: keyof typeof REASONS,
): Promise<void> {
  const note = { status: 'failed' as const, next_attempt_at: null, made: null, reason: REASONS[why] };
  await bus.publish(EventDeliveryNoted, { ...delivery, ...note });
  deliveriesUnsent.inc({ reason: why });
}
