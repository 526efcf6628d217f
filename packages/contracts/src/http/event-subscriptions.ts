import { hasUserInfo, suggestions } from '@millrace/schema';
import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

/** What happens that others can subscribe to. */
export const EVENT_TYPES = [
  'execution.completed',
  'execution.failed',
  'execution.cancelled',
  'execution.started',
  'execution.waiting',
  'approval.requested',
  'approval.decided',
  'approval.reminded',
  'workflow.published',
  'workflow.paused',
  'workflow.deleted',
  'schedule.missed',
  'schedule.skipped',
  'schedule.refused',
  'mailbox.unhealthy',
  'mailbox.recovered',
  'mailbox.message_refused',
  'webhook.refused',
  'subscription.disabled',
  'credits.low',
  'credits.exhausted',
] as const;
/** What an event is about. */
export type EventType = (typeof EVENT_TYPES)[number];
/** Those of what belongs to no workflow. */
const WITHOUT_WORKFLOW: readonly string[] = [
  'mailbox.unhealthy',
  'mailbox.recovered',
  'mailbox.message_refused',
  'credits.low',
  'credits.exhausted',
] satisfies EventType[];
/** The type of the event of a test, which nobody subscribes to. */
export const TEST_EVENT = 'subscription.test';

const url = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// or http://' })
  .max(LIMITS.eventUrlCharacters)
  .refine((address) => !hasUserInfo(address), {
    error: 'must hold no user and password: everybody who may read the subscription would see them',
  })
  .meta({ description: 'Events are sent there, by POST.' });
const eventType = z.enum(EVENT_TYPES, { error: ({ input }) => typeProblem(input) });

/** What stands for several types elsewhere: `*`, `execution.*`, or what types have before their dot. */
const GROUP = /^(\*|[a-z]+)(?:\.\*?)?$/;

function typeProblem(input: unknown): string {
  const all = `The types are ${EVENT_TYPES.join(', ')}`;
  if (typeof input !== 'string') return `is no type of event. ${all}`;
  const [, group] = GROUP.exec(input) ?? [];
  const grouped = EVENT_TYPES.filter((type) => type.startsWith(`${group}.`));
  if (grouped.length > 0) return `is no type of event: name each that you want of ${grouped.join(', ')}`;
  if (group === '*') return `is no type of event: name each that you want. ${all}`;
  const meant = suggestions()(input, EVENT_TYPES);
  return `is no type of event. ${meant === undefined ? '' : `${meant} `}${all}`;
}

const events = z
  .array(eventType)
  .min(1)
  .max(EVENT_TYPES.length)
  .meta({ description: 'The types of the events that are sent.' });

/** Whether there is an event that a subscription can get: one to a workflow gets nothing of what belongs to none. */
export function canGetEvents(events: readonly string[], workflow_id: string | null): boolean {
  return workflow_id === null || events.some((type) => !WITHOUT_WORKFLOW.includes(type));
}

const workflowId = z.string().nullable().meta({ description: 'Only events of this workflow; null: of all of them.' });
const description = z.string().max(LIMITS.settingDescriptionCharacters).nullable();
const status = z.enum(['active', 'disabled']).meta({
  description:
    'Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its deliveries and can be sent again once it is `active`; what happens while you have is not.',
});
const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'must be whsec_ and 24 to 64 bytes in base64')
  .meta({ description: 'Deliveries are signed with it, as Standard Webhooks says. One is made when none is given.' });

/** Body of POST /v1/event-subscriptions. */
export const eventSubscriptionRequestSchema = z
  .strictObject({
    url,
    events,
    workflow_id: workflowId.optional(),
    description: description.optional(),
    secret: secret.optional(),
  })
  .register(apiSchemas, { id: 'EventSubscriptionRequest' });
export type EventSubscriptionRequest = z.output<typeof eventSubscriptionRequestSchema>;

/** Body of PATCH /v1/event-subscriptions/{subscription_id}. What is left out stays. */
export const eventSubscriptionPatchSchema = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    workflow_id: workflowId.optional(),
    description: description.optional(),
    status: status.optional(),
  })
  .register(apiSchemas, { id: 'EventSubscriptionPatch' });
export type EventSubscriptionPatch = z.output<typeof eventSubscriptionPatchSchema>;

/** A subscription, without its secret. Times are ISO 8601 in UTC. */
export const eventSubscriptionSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    workflow_id: workflowId,
    description,
    status,
    disabled_reason: z.string().nullable().meta({ description: 'Why the platform disabled it; null when it has not.' }),
    version: z.number().int().meta({ description: 'One more with each change; also in the `ETag`.' }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .register(apiSchemas, { id: 'EventSubscription' });
export type EventSubscription = z.output<typeof eventSubscriptionSchema>;

/** A subscription with its secret, which is shown this once. */
export const eventSubscriptionWithSecretSchema = z
  .object({ ...eventSubscriptionSchema.shape, secret: z.string().meta({ description: 'Shown this once.' }) })
  .register(apiSchemas, { id: 'EventSubscriptionWithSecret' });
export type EventSubscriptionWithSecret = z.output<typeof eventSubscriptionWithSecretSchema>;

const page = { next_cursor: z.string().nullable(), has_more: z.boolean() };

/** One page of subscriptions, oldest first. */
export const eventSubscriptionListSchema = z
  .object({ subscriptions: z.array(eventSubscriptionSchema), ...page })
  .register(apiSchemas, { id: 'EventSubscriptionList' });
export type EventSubscriptionList = z.output<typeof eventSubscriptionListSchema>;

/** How a delivery is doing. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
const deliveryStatus = z.enum(DELIVERY_STATUSES).meta({
  description: '`pending`: it is sent again at `next_attempt_at`. `failed`: it is not sent again by itself.',
});

const headers = z.record(z.string(), z.string()).nullable().default(null);

/** One attempt to send an event. */
export const deliveryAttemptSchema = z
  .object({
    at: z.string(),
    url: z
      .string()
      .nullable()
      .default(null)
      .meta({
        description: `The address that was called; null for attempts before the latest ${LIMITS.eventCallsShown}, and where the attempt was made by a release that did not record it.`,
      }),
    request_headers: headers.meta({
      description: `The headers that were sent, the signatures among them, without those of the connection; null where nothing could be sent, for attempts before the latest ${LIMITS.eventCallsShown}, and where the attempt was made by a release that did not record them.`,
    }),
    duration_ms: z.number(),
    status_code: z.number().int().nullable().meta({ description: 'Of the response; null when there was none.' }),
    error: z.string().nullable().meta({ description: 'Why it does not count as delivered; null when it does.' }),
    response_headers: headers.meta({
      description: `The first headers of the response, \`retry-after\`, \`location\` and \`content-type\` before all others; values of credentials are masked. Null when there was no response, for attempts before the latest ${LIMITS.eventCallsShown}, and where the attempt was made by a release that did not record them.`,
    }),
    response: z.string().meta({
      description: `The beginning of the body of the response; empty for attempts before the latest ${LIMITS.eventCallsShown}.`,
    }),
  })
  .register(apiSchemas, { id: 'EventDeliveryAttempt' });
export type DeliveryAttempt = z.output<typeof deliveryAttemptSchema>;

/** An event on its way to a subscription. */
export const eventDeliverySchema = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    event_id: z.string().meta({ description: 'The `webhook-id` of every attempt.' }),
    event_type: z.string(),
    status: deliveryStatus,
    attempts: z.number().int(),
    created_at: z.string(),
    next_attempt_at: z.string().nullable(),
    request_body: z.string().meta({ description: 'What is sent: the event as JSON text.' }),
    attempt_log: z.array(deliveryAttemptSchema).meta({
      description: `The latest ${LIMITS.eventAttemptsShown} attempts, oldest first; of the latest ${LIMITS.eventCallsShown} with what was sent and came back.`,
    }),
    reason: z.string().nullable().default(null).meta({
      description:
        'Why it was not attempted (again): the subscription was disabled, or too many of its deliveries wait. Null in all other cases.',
    }),
  })
  .register(apiSchemas, { id: 'EventDelivery' });
export type EventDelivery = z.output<typeof eventDeliverySchema>;

/** One page of deliveries, newest first. */
export const eventDeliveryListSchema = z
  .object({ deliveries: z.array(eventDeliverySchema), ...page })
  .register(apiSchemas, { id: 'EventDeliveryList' });
export type EventDeliveryList = z.output<typeof eventDeliveryListSchema>;

/** Body of POST /v1/event-subscriptions/{subscription_id}/redeliver. */
export const redeliverBodySchema = z
  .strictObject({
    since: z.iso.datetime({ offset: true }).meta({ description: 'From when on: the time of the event.' }),
    status: z
      .enum(['failed', 'all'])
      .optional()
      .meta({
        description: `\`failed\` (the default): what has failed for good. \`all\`: what was delivered too, as far as deliveries are kept: for 30 days, and the newest ${LIMITS.eventDeliveriesKept} of a subscription. What is pending is on its way already.`,
      }),
    starting_after: z
      .string()
      .regex(ID_FORMS.delivery, 'starting_after must be the next_cursor of the call before')
      .optional()
      .meta({ description: 'The `next_cursor` of the call before: this one goes on behind what that one has begun.' }),
  })
  .register(apiSchemas, { id: 'EventRedeliveryRequest' });
export type EventRedeliveryRequest = z.output<typeof redeliverBodySchema>;

/** How many deliveries begin anew. */
export const redeliveredSchema = z
  .object({
    redelivered: z.number().int(),
    has_more: z.boolean().meta({
      description: 'There are more since then: call again, with the same body and `next_cursor` as `starting_after`.',
    }),
    next_cursor: z
      .string()
      .nullable()
      .default(null)
      .meta({ description: 'Where the next call goes on, exactly; null when nothing is left.' }),
    next_since: z.string().nullable().default(null).meta({
      description:
        'The time of the first event that is left, always later than `since`, for who goes on by time: of the same millisecond some are sent once more. Null when nothing is left, and when more events of the millisecond `since` are left, behind which only `next_cursor` leads.',
    }),
  })
  .register(apiSchemas, { id: 'EventRedelivery' });
export type Redelivered = z.output<typeof redeliveredSchema>;

/** What POST /v1/event-subscriptions/{subscription_id}/test returns. */
export const eventSubscriptionTestSchema = z
  .object({ delivery_id: z.string() })
  .register(apiSchemas, { id: 'EventSubscriptionTest' });
