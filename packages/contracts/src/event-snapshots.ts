import { z } from 'zod';
import { LIMITS } from './limits.js';
import { defineSnapshot } from './message.js';

/** The subscriptions to events of an organisation. */
export const EventSubscriptionsSnapshot = defineSnapshot({
  name: 'event_subscriptions',
  key: (address: { organisation_id: string }) => `event_subscriptions.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    /** JSON texts of {@link storedEventSubscriptionSchema}, by the ids of the subscriptions. */
    subscriptions: z.record(z.string(), z.string()),
  }),
});

/** The types of events that are sent to subscriptions of an organisation, or recorded for them: what services look at before they publish an `EventOccurred`. */
export const EventTypesSnapshot = defineSnapshot({
  name: 'event_types',
  key: (address: { organisation_id: string }) => `event_types.${address.organisation_id}`,
  schema: z.object({ organisation_id: z.string(), types: z.array(z.string()) }),
});

/** Until when somebody follows all events of an organisation, whatever its subscriptions are about; ISO 8601. */
export const EventWatchSnapshot = defineSnapshot({
  name: 'event_watch',
  key: (address: { organisation_id: string }) => `event_watch.${address.organisation_id}`,
  schema: z.object({ organisation_id: z.string(), until: z.string() }),
});

/** A subscription to events as it is stored and published. */
export const storedEventSubscriptionSchema = z.object({
  url: z.string(),
  /** Types of events; those that a reader does not know, it sends none of. */
  events: z.array(z.string()),
  workflow_id: z.string().nullable(),
  description: z.string().nullable(),
  status: z.enum(['active', 'disabled']),
  disabled_reason: z.string().nullable(),
  /** ISO 8601: when the platform disabled it. Absent where it has not, or was of a release that did not note it. */
  disabled_at: z.string().optional(),
  /** ISO 8601: since when it is active, as it was made or activated again; of one that the platform had disabled, since then. What happened before is not sent. */
  since: z.string(),
  /** Sealed; {@link eventSubscriptionContext} is what for. */
  secret: z.string(),
  /** The one before, and until when deliveries are signed with it as well (ISO 8601). */
  previous: z.object({ secret: z.string(), until: z.string() }).nullable(),
});
export type StoredEventSubscription = z.output<typeof storedEventSubscriptionSchema>;

/**
 * Whether what happens at a time (ISO 8601) is recorded for a subscription without being sent: while the platform has disabled it, for as long as
 * deliveries are kept. Who disables a subscription himself wants nothing of it.
 */
export function isRecordedUnsent(
  { status, disabled_reason, disabled_at }: Pick<StoredEventSubscription, 'status' | 'disabled_reason' | 'disabled_at'>,
  at: string,
): boolean {
  if (status !== 'disabled' || disabled_reason === null || disabled_at === undefined) return false;
  return Date.parse(at) < Date.parse(disabled_at) + LIMITS.eventDeliveriesKeptMs;
}

/** What the secret of a subscription is sealed for. */
export function eventSubscriptionContext(organisationId: string, subscriptionId: string): string[] {
  return ['event subscription', organisationId, subscriptionId];
}
