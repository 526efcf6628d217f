import { z } from 'zod';
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

/** The types of events that the active subscriptions of an organisation are about: what services look at before they publish an `EventOccurred`. */
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
  /** ISO 8601: since when it is active, as it was made or activated again. What happened before is not sent. */
  since: z.string(),
  /** Sealed; {@link eventSubscriptionContext} is what for. */
  secret: z.string(),
  /** The one before, and until when deliveries are signed with it as well (ISO 8601). */
  previous: z.object({ secret: z.string(), until: z.string() }).nullable(),
});
export type StoredEventSubscription = z.output<typeof storedEventSubscriptionSchema>;

/** What the secret of a subscription is sealed for. */
export function eventSubscriptionContext(organisationId: string, subscriptionId: string): string[] {
  return ['event subscription', organisationId, subscriptionId];
}
