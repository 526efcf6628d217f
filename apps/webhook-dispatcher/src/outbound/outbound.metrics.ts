import { counter } from '@millrace/service-kit/metrics';

/** Attempts to deliver events, by what became of the delivery: delivered, pending (to be tried again) or failed for good. */
export const deliveryAttempts = counter('millrace_event_delivery_attempts_total', 'Attempts to deliver events', [
  'outcome',
]);

/** Deliveries that were recorded without an attempt, by why: `disabled` is their subscription, `waiting` are too many others of it. */
export const deliveriesUnsent = counter('millrace_event_deliveries_unsent_total', 'Deliveries without an attempt', [
  'reason',
]);
