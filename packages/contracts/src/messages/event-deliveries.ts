import { z } from 'zod';
import { DELIVERY_STATUSES, deliveryAttemptSchema, type EventDelivery } from '../http/event-subscriptions.js';
import { defineMessage, STREAMS } from '../message.js';
import { carried, openEnum } from '../open-values.js';

const delivery = {
  delivery_id: z.string(),
  organisation_id: z.string(),
  subscription_id: z.string(),
  /** The `webhook-id` of all attempts: one event has the same for all who get it. */
  event_id: z.string(),
  event_type: z.string(),
  /** What is sent, as JSON text. */
  body: z.string(),
  created_at: z.string(),
  /** Which round of attempts it is: each redelivery begins one. From 1. */
  round: z.number().int().positive(),
  /** The attempt of the round, from 1. */
  attempt: z.number().int().positive(),
};

/** What a record has of an attempt beside what the first releases wrote of it. */
const CALLED = { url: true, request_headers: true, response_headers: true } as const;

const event = {
  event_id: z.string(),
  organisation_id: z.string(),
  /** Null for what belongs to no workflow. */
  workflow_id: z.string().nullable(),
  event_type: z.string(),
  /** What is sent, as JSON text. */
  body: z.string(),
  created_at: z.string(),
  /** The subscription that does not get it. */
  except: z.string().optional(),
};

interface Address {
  readonly organisation_id: string;
  readonly subscription_id: string;
  readonly delivery_id: string;
}

interface Round extends Omit<Address, 'subscription_id'> {
  readonly round: number;
}

/** An event is to be sent to a subscription now. */
export const EventDeliveryRequested = defineMessage({
  name: 'EventDeliveryRequested',
  stream: STREAMS.deliveries,
  pattern: 'deliveries.send.*.*',
  schema: carried(delivery),
  subject: ({ organisation_id, subscription_id }: Pick<Address, 'organisation_id' | 'subscription_id'>) =>
    `deliveries.send.${organisation_id}.${subscription_id}`,
  addressOf: (payload) => payload,
  messageId: ({ delivery_id, round, attempt }) => `${delivery_id}:${round}:${attempt}`,
});
export type RequestedDelivery = z.output<typeof EventDeliveryRequested.schema>;

/** The time has come for the next attempt: a timer, whose message is the {@link EventDeliveryRequested} that it asks for. */
export const EventDeliveryDue = defineMessage({
  name: 'EventDeliveryDue',
  stream: STREAMS.timers,
  pattern: 'timer.fire.deliveries.*.*',
  schema: EventDeliveryRequested.schema,
  subject: ({ organisation_id, delivery_id }: Pick<Address, 'organisation_id' | 'delivery_id'>) =>
    `timer.fire.deliveries.${organisation_id}.${delivery_id}`,
  addressOf: (payload) => payload,
  timerSubject: ({ organisation_id, delivery_id }) => `timer.set.deliveries.${organisation_id}.${delivery_id}`,
});

/**
 * There is no room for a delivery among those that wait for their attempts, since its organisation has so many: a timer, after which it is
 * {@link EventDeliveryRequested} again. One of its own, so that it takes the place of no other round's.
 */
export const EventDeliveryPutOff = defineMessage({
  name: 'EventDeliveryPutOff',
  stream: STREAMS.timers,
  pattern: 'timer.fire.put_off_deliveries.*.*.*',
  schema: EventDeliveryRequested.schema,
  subject: ({ organisation_id, delivery_id, round }: Round) =>
    `timer.fire.put_off_deliveries.${organisation_id}.${delivery_id}.${round}`,
  addressOf: (payload) => payload,
  timerSubject: ({ organisation_id, delivery_id, round }) =>
    `timer.set.put_off_deliveries.${organisation_id}.${delivery_id}.${round}`,
});

/**
 * An organisation has so many events at once that this one is not put on its way yet: a timer, after which its deliveries are made of it. An
 * event has one at a time, whoever sets it.
 */
export const EventPutOff = defineMessage({
  name: 'EventPutOff',
  stream: STREAMS.timers,
  pattern: 'timer.fire.put_off_events.*.*',
  schema: carried(event),
  subject: ({ organisation_id, event_id }: { readonly organisation_id: string; readonly event_id: string }) =>
    `timer.fire.put_off_events.${organisation_id}.${event_id}`,
  addressOf: (payload) => payload,
  timerSubject: ({ organisation_id, event_id }) => `timer.set.put_off_events.${organisation_id}.${event_id}`,
});
export type PutOffEvent = z.output<typeof EventPutOff.schema>;

/** What became of a delivery so far, for its record: the database may be away while events are sent. */
export const EventDeliveryNoted = defineMessage({
  name: 'EventDeliveryNoted',
  stream: STREAMS.deliveries,
  pattern: 'deliveries.note.*.*',
  schema: carried({
    ...delivery,
    /** How it is after the attempt; without one, it was only put on its way. */
    status: openEnum(DELIVERY_STATUSES) as z.ZodType<EventDelivery['status']>,
    next_attempt_at: z.string().nullable(),
    made: carried(deliveryAttemptSchema.omit(CALLED).shape).nullable(),
    /** More of the attempt. Not in `made`: the releases before write all of that, and their schema refuses a field that it does not know. */
    called: carried(deliveryAttemptSchema.pick(CALLED).shape).optional(),
    /** Why the attempt was not made, where it never will be: `made` is null then. */
    reason: z.string().optional(),
  }),
  subject: ({ organisation_id, subscription_id }: Pick<Address, 'organisation_id' | 'subscription_id'>) =>
    `deliveries.note.${organisation_id}.${subscription_id}`,
  addressOf: (payload) => payload,
  messageId: ({ delivery_id, round, attempt, made, reason }) => {
    const what = made?.at ?? (reason === undefined ? 'begun' : 'not-made');
    return `${delivery_id}:${round}:${attempt}:${what}`;
  },
});
export type NotedDelivery = z.output<typeof EventDeliveryNoted.schema>;
