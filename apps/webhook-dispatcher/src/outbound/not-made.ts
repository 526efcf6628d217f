import type { NotedDelivery, RequestedDelivery } from '@millrace/contracts';

/** What is noted in the place of an attempt, by default for a subscription that is disabled: its endpoint has neither failed nor been asked. */
export function notMade(delivery: RequestedDelivery, reason = 'The subscription is disabled'): NotedDelivery {
  return { ...delivery, status: 'failed', next_attempt_at: null, made: null, reason };
}
