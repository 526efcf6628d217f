import { counter } from '@millrace/service-kit/metrics';

/** Calls of webhooks that are there, by what became of them: accepted, duplicate, refused, or a challenge that was answered. */
export const webhookCalls = counter('millrace_webhook_calls_total', 'Calls of webhooks, by what became of them', [
  'verdict',
]);

/** Calls of webhooks that could not be written down: there were too many, or the database was away for long. */
export const unlistedCalls = counter(
  'millrace_webhook_calls_unlisted_total',
  'Calls of webhooks that are missing in the lists of calls',
);
