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
  redeliverBodySchema,
  redeliveredSchema,
  type EventDelivery,
} from '../http/event-subscriptions.js';
import { defineRequest } from '../message.js';
import { openEnum } from '../open-values.js';
import { deletedId, ifVersion, page, scoped } from './question-parts.js';

/* A dispatcher that is asked for a status that it does not know has none. */
const deliveryStatus = openEnum(DELIVERY_STATUSES) as z.ZodType<EventDelivery['status']>;

const ofSubscription = scoped.extend({ subscription_id: z.string() });

/** A page of the organisation's subscriptions, without secrets. */
export const ListEventSubscriptions = defineRequest({
  subject: 'definitions.event-subscriptions.list',
  question: scoped.extend(page),
  answer: eventSubscriptionListSchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const GetEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.get',
  question: ofSubscription,
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
  question: ofSubscription.extend({ patch: eventSubscriptionPatchSchema, ...ifVersion }),
  answer: eventSubscriptionSchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const DeleteEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.delete',
  question: ofSubscription.extend(ifVersion),
  answer: deletedId,
});

/** Its answer has the new secret, this once. Errors: EVENT_SUBSCRIPTION_NOT_FOUND, SERVICE_UNAVAILABLE without a master key. */
export const RotateEventSubscriptionSecret = defineRequest({
  subject: 'definitions.event-subscriptions.rotate',
  question: ofSubscription,
  answer: eventSubscriptionWithSecretSchema,
});

/** Asked by the service that sends, for an endpoint that takes nothing more. Nothing happens to one that is disabled or gone. */
export const DisableEventSubscription = defineRequest({
  subject: 'definitions.event-subscriptions.disable',
  question: ofSubscription.extend({ reason: z.string() }),
  answer: z.object({ disabled: z.boolean() }),
});

/** Sends a test event. Errors: EVENT_SUBSCRIPTION_NOT_FOUND. */
export const TestEventSubscription = defineRequest({
  subject: 'webhooks.event-subscriptions.test',
  question: ofSubscription,
  answer: z.object({ delivery_id: z.string() }),
});

/** A page of what was sent to a subscription, newest first; empty for one that the organisation has not. */
export const ListEventDeliveries = defineRequest({
  subject: 'webhooks.event-deliveries.list',
  question: ofSubscription.extend({ ...page, status: deliveryStatus.optional() }),
  answer: eventDeliveryListSchema,
});

/** Errors: EVENT_DELIVERY_NOT_FOUND, EVENT_SUBSCRIPTION_NOT_FOUND. */
export const RedeliverEvent = defineRequest({
  subject: 'webhooks.event-deliveries.redeliver',
  question: ofSubscription.extend({ delivery_id: z.string() }),
  answer: eventDeliverySchema,
});

/** Errors: EVENT_SUBSCRIPTION_NOT_FOUND, RATE_LIMIT_EXCEEDED. */
export const RedeliverEvents = defineRequest({
  subject: 'webhooks.event-deliveries.redeliver-all',
  question: ofSubscription.extend({
    since: z.string(),
    status: redeliverBodySchema.shape.status,
    starting_after: z.string().optional(),
  }),
  answer: redeliveredSchema,
});
