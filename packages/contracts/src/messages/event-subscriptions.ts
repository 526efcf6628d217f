import { z } from 'zod';
import {
  DELIVERY_STATUSES,
  eventDeliveryListSchema,
  eventDeliverySchema,
  eventSubscriptionListSchema,
  eventSubscriptionPatchSchema,
  eventSubscriptionRequestSchema,
  eventSubscriptionSchema,
  eventSubscriptionWithSecretSchema,
  redeliveredSchema,
} from '../http/event-subscriptions.js';
import { defineRequest } from '../message.js';

const scoped = z.object({ organisation_id: z.string() });
const named = scoped.extend({ subscription_id: z.string() });
const page = { limit: z.number().int().positive(), starting_after: z.string().optional() };

/** A page of the organisation's subscriptions, without secrets. */
export const ListEventSubscriptions = defineRequest({
  subject: 'definitions.event-subscriptions.list',
  question: scoped.extend(page),
  answer: eventSubscriptionListSchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const GetEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.get',
  question: named,
  answer: eventSubscriptionSchema,
});

/** Its answer has the secret, this once. Errors: QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key. */
export const CreateEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.create',
  question: scoped.extend({ subscription: eventSubscriptionRequestSchema }),
  answer: eventSubscriptionWithSecretSchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND, QUOTA_EXCEEDED, VERSION_CONFLICT. */
export const UpdateEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.update',
  question: named.extend({ patch: eventSubscriptionPatchSchema, if_version: z.number().int().optional() }),
  answer: eventSubscriptionSchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const DeleteEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.delete',
  question: named,
  answer: z.object({ id: z.string(), deleted: z.literal(true) }),
});

/** Its answer has the new secret, this once. Errors: EVENT_SUBSCRIPTION_NOT_FOUND, SERVICE_UNAVAILABLE without a master key. */
export const RotateEventSubscriptionSecret = defineRequest({
  subject: 'definitions.event-subscriptions.rotate',
  question: named,
  answer: eventSubscriptionWithSecretSchema,
});

/** Asked by the service that sends, for an endpoint that wants nothing more. Nothing happens to one that is disabled or gone. */
export const DisableEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.disable',
  question: named.extend({ reason: z.string() }),
  answer: z.object({ disabled: z.boolean() }),
});

/** Sends a test event. Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const TestEventSubscription = defineRequest({
  subject: 'webhooks.event-subscriptions.test',
  question: named,
  answer: z.object({ delivery_id: z.string() }),
});

/** A page of what was sent to a subscription, newest first; empty for one that the organisation has not. */
export const ListEventDeliveries = defineRequest({
  subject: 'webhooks.event-deliveries.list',
  question: named.extend({ ...page, status: z.enum(DELIVERY_STATUSES).optional() }),
  answer: eventDeliveryListSchema,
});

/** Errors: EVENT_DELIVERY_NOT_FOUND, EVENT_SUBSCRIPTION_NOT_FOUND. */
export const RedeliverEvent = defineRequest({
  subject: 'webhooks.event-deliveries.redeliver',
  question: named.extend({ delivery_id: z.string() }),
  answer: eventDeliverySchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const RedeliverEvents = defineRequest({
  subject: 'webhooks.event-deliveries.redeliver-all',
  question: named.extend({ since: z.string() }),
  answer: redeliveredSchema,
});
