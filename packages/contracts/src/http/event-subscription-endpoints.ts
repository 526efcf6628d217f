import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import {
  DELIVERY_STATUSES,
  eventDeliveryListSchema,
  eventDeliverySchema,
  eventSubscriptionListSchema,
  eventSubscriptionPatchSchema,
  eventSubscriptionRequestSchema,
  eventSubscriptionSchema,
  eventSubscriptionTestSchema,
  eventSubscriptionWithSecretSchema,
  redeliverBodySchema,
  redeliveredSchema,
} from './event-subscriptions.js';

const group = 'Events';

const SUBSCRIPTION = {
  id: 'sub_01kaxh3v9m0000000000000001',
  url: 'https://example.com/hooks/millrace',
  events: ['execution.failed'],
  workflow_id: null,
  description: 'Tells the on-call team',
  status: 'active',
  disabled_reason: null,
  version: 1,
  created_at: '2026-11-26T09:00:00.000Z',
  updated_at: '2026-11-26T09:00:00.000Z',
} as const;

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const DELIVERY = {
  id: 'dlv_01kaxh3v9m0000000000000001',
  subscription_id: SUBSCRIPTION.id,
  event_id: 'evt_01kaxh3v9m0000000000000001',
  event_type: 'execution.failed',
  status: 'pending',
  attempts: 1,
  created_at: '2026-11-26T09:05:00.000Z',
  next_attempt_at: '2026-11-26T09:05:05.100Z',
  request_body: '{"type":"execution.failed","timestamp":"2026-11-26T09:05:00.000Z","data":{}}',
  attempt_log: [
    {
      at: '2026-11-26T09:05:00.040Z',
      url: 'https://example.com/millrace-events',
      request_headers: {
        'content-type': 'application/json',
        'user-agent': 'Millrace',
        'webhook-id': 'evt_01kaxh3v9m0000000000000001',
        'webhook-timestamp': '1795683900',
        'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
        'x-webhook-signature': '2f6f2d7a3b8c0a5e4d1f9c8b7a6e5d4c3b2a19080706050403020100ffeeddcc',
      },
      duration_ms: 61,
      status_code: 503,
      error: 'The endpoint returned the status 503',
      response_headers: { 'retry-after': '120', 'content-type': 'text/plain' },
      response: 'Service Unavailable',
    },
  ],
  reason: null,
} as const;

const page = (after: z.ZodString) => ({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: after.optional().meta({ description: 'The `next_cursor` of the page before.' }),
});

/** The endpoints of subscriptions to events. */
export const eventSubscriptionEndpoints = {
  list: defineEndpoint({
    id: 'listEventSubscriptions',
    method: 'GET',
    path: '/v1/event-subscriptions',
    group,
    summary: 'List subscriptions, oldest first',
    description: 'Secrets are never returned.',
    access: 'settings:read',
    query: z.object(
      page(z.string().regex(ID_FORMS.subscription, 'starting_after must be the next_cursor of the page before')),
    ),
    answer: {
      status: 200,
      description: 'One page.',
      schema: eventSubscriptionListSchema,
      example: { subscriptions: [SUBSCRIPTION], next_cursor: null, has_more: false },
    },
  }),

  create: defineEndpoint({
    id: 'createEventSubscription',
    method: 'POST',
    path: '/v1/event-subscriptions',
    group,
    summary: 'Subscribe to events',
    description: 'What happens from then on is sent to the address. Nothing is sent before the response.',
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'create', made: true },
    body: {
      type: 'json',
      schema: eventSubscriptionRequestSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { url: SUBSCRIPTION.url, events: ['execution.failed'], description: SUBSCRIPTION.description },
    },
    answer: {
      status: 201,
      description: 'The subscription, with its secret.',
      schema: eventSubscriptionWithSecretSchema,
      headers: ETAG,
      example: { ...SUBSCRIPTION, secret: SECRET },
    },
    errors: ['QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  get: defineEndpoint({
    id: 'getEventSubscription',
    method: 'GET',
    path: '/v1/event-subscriptions/{subscription_id}',
    group,
    summary: 'Get a subscription',
    access: 'settings:read',
    answer: {
      status: 200,
      description: 'The subscription, without its secret.',
      schema: eventSubscriptionSchema,
      headers: ETAG,
      example: SUBSCRIPTION,
    },
  }),

  update: defineEndpoint({
    id: 'updateEventSubscription',
    method: 'PATCH',
    path: '/v1/event-subscriptions/{subscription_id}',
    group,
    summary: 'Change a subscription',
    description: 'What is left out stays. Deliveries that are pending go to the address that it has then.',
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'update' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: eventSubscriptionPatchSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { status: 'active' },
    },
    answer: {
      status: 200,
      description: 'The subscription as it is now.',
      schema: eventSubscriptionSchema,
      headers: ETAG,
      example: { ...SUBSCRIPTION, version: 2 },
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteEventSubscription',
    method: 'DELETE',
    path: '/v1/event-subscriptions/{subscription_id}',
    group,
    summary: 'Delete a subscription',
    description: 'Nothing is sent any more, also nothing that is pending.',
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),

  rotateSecret: defineEndpoint({
    id: 'rotateEventSubscriptionSecret',
    method: 'POST',
    path: '/v1/event-subscriptions/{subscription_id}/rotate-secret',
    group,
    summary: 'Give a subscription a new secret',
    description: 'For 24 hours deliveries are signed with both: the new one, and the one before.',
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'rotate' },
    answer: {
      status: 200,
      description: 'The subscription, with its new secret.',
      schema: eventSubscriptionWithSecretSchema,
      headers: ETAG,
      example: { ...SUBSCRIPTION, version: 2, secret: SECRET },
    },
    errors: ['STORAGE_FULL'],
  }),

  test: defineEndpoint({
    id: 'testEventSubscription',
    method: 'POST',
    path: '/v1/event-subscriptions/{subscription_id}/test',
    group,
    summary: 'Send a test event',
    description:
      'An event of the type `subscription.test` goes the way of all others, also for a disabled subscription; what became of it is in the deliveries.',
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'test' },
    answer: {
      status: 202,
      description: 'It is on its way.',
      schema: eventSubscriptionTestSchema,
      example: { delivery_id: DELIVERY.id },
    },
    errors: ['STORAGE_FULL'],
  }),

  deliveries: defineEndpoint({
    id: 'listEventDeliveries',
    method: 'GET',
    path: '/v1/event-subscriptions/{subscription_id}/deliveries',
    group,
    summary: 'List the deliveries of a subscription, newest first',
    description: 'Each with its request, its attempts and what they got, for 30 days.',
    access: 'settings:read',
    query: z.object({
      status: z.enum(DELIVERY_STATUSES).optional(),
      ...page(z.string().regex(ID_FORMS.delivery, 'starting_after must be the next_cursor of the page before')),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: eventDeliveryListSchema,
      example: { deliveries: [DELIVERY], next_cursor: null, has_more: false },
    },
  }),

  redeliver: defineEndpoint({
    id: 'redeliverEvent',
    method: 'POST',
    path: '/v1/event-subscriptions/{subscription_id}/deliveries/{delivery_id}/redeliver',
    group,
    summary: 'Send an event again',
    description: `From its first attempt on, with the same \`webhook-id\`; whatever became of it before. Refused with \`RATE_LIMIT_EXCEEDED\` while more than ${LIMITS.eventRedeliveries} of the subscription are on their way.`,
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'redeliver' },
    answer: { status: 202, description: 'It is on its way.', schema: eventDeliverySchema, example: DELIVERY },
    errors: ['EVENT_SUBSCRIPTION_NOT_FOUND', 'EVENT_SUBSCRIPTION_DISABLED', 'STORAGE_FULL'],
  }),

  redeliverAll: defineEndpoint({
    id: 'redeliverEvents',
    method: 'POST',
    path: '/v1/event-subscriptions/{subscription_id}/redeliver',
    group,
    summary: 'Send again what failed, or everything, since a time',
    description: `Up to ${LIMITS.eventRedeliveries} events, oldest first, each under its \`webhook-id\`: what has failed for good, or with \`status: all\` what was delivered too, for a receiver that has lost its data. Fewer where that takes more than some seconds: \`next_cursor\` says where the next call goes on. Refused with \`RATE_LIMIT_EXCEEDED\` while more than ${LIMITS.eventRedeliveries} of the subscription are on their way, and while another such call of the organisation is under way: one goes at a time.`,
    access: 'settings:write',
    audit: { resource: 'event_subscription', action: 'redeliver' },
    body: {
      type: 'json',
      schema: redeliverBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { since: '2026-11-26T00:00:00Z', status: 'all' },
    },
    answer: {
      status: 202,
      description: 'They are on their way.',
      schema: redeliveredSchema,
      example: { redelivered: 12, has_more: false, next_cursor: null, next_since: null },
    },
    errors: ['EVENT_SUBSCRIPTION_DISABLED', 'STORAGE_FULL'],
  }),
};
