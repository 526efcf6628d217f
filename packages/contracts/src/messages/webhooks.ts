import { z } from 'zod';
import { executionAcceptedSchema } from '../http/executions.js';
import {
  WEBHOOK_VERDICTS,
  webhookCallListSchema,
  webhookListSchema,
  webhookSchema,
  webhookSecretSchema,
  type WebhookCall,
} from '../http/webhooks.js';
import { defineRequest } from '../message.js';
import { openEnum } from '../open-values.js';
import { stepResponseSchema } from './answers.js';
import { page, scoped } from './question-parts.js';

/* A dispatcher that is asked for a verdict that it does not know has none. */
const verdict = openEnum(WEBHOOK_VERDICTS) as z.ZodType<WebhookCall['verdict']>;

/** A webhook call without its body. */
const webhookHead = z.object({
  webhook_id: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
});

/**
 * Whether a call may be made, asked before a large body is read: its bytes should be spent on nobody who is refused
 * anyway. Counts only what QUOTA_EXCEEDED or ORGANISATION_SUSPENDED refuses, which is not asked of a call whose signature is still to be checked. Errors: WEBHOOK_NOT_FOUND, METHOD_NOT_ALLOWED, UNAUTHORIZED,
 * ORGANISATION_SUSPENDED, QUOTA_EXCEEDED, RATE_LIMIT_EXCEEDED.
 */
export const AdmitWebhook = defineRequest({
  subject: 'webhooks.admit',
  question: webhookHead,
  answer: z.object({ admitted: z.literal(true) }),
});

/**
 * An inbound webhook call, bytes kept as they came. Returns once the execution is durably accepted, or with what the caller gets in its place.
 * Errors: WEBHOOK_NOT_FOUND, METHOD_NOT_ALLOWED, UNAUTHORIZED, RATE_LIMIT_EXCEEDED, WORKFLOW_PAUSED,
 * WORKFLOW_NOT_ACTIVE, ORGANISATION_SUSPENDED, QUOTA_EXCEEDED, INVALID_JSON, INVALID_INPUT, UNSUPPORTED_MEDIA_TYPE.
 */
export const ReceiveWebhook = defineRequest({
  subject: 'webhooks.receive',
  question: webhookHead.extend({
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    /**
     * The raw body, base64. As text, a JSON body of 1 KB would be 13 % shorter and cost 0.6 µs less of 11 (its quotes have to be
     * escaped), and a dispatcher of the release before would take the call for one without a body.
     */
    body_base64: z.string(),
    received_at: z.string(),
    request_id: z.string().optional(),
    /** A new id that the execution gets, unless the delivery has one already: its answer is expected under it. */
    execution_id: z.string().optional(),
    /** The gateway waits for the response of the workflow. */
    awaited: z.boolean().optional(),
  }),
  answer: z.object({
    execution_id: z.string(),
    workflow_id: z.string(),
    organisation_id: z.string(),
    status: z.literal('running'),
    started_at: z.string(),
    /** What the caller gets where nothing is started, since the call is a handshake of its sender; `execution_id` is empty then. */
    response: stepResponseSchema.optional(),
    /** True when the same delivery had been accepted before: `execution_id` is the first one's. */
    duplicate: z.boolean(),
    /** True when that one carried something else: what its workflow responded is not for this caller. */
    differs: z.boolean().optional(),
    /** The state of the organisation's rate limit for webhook calls; `reset_at` in seconds since the epoch. */
    rate_limit: z.object({ limit: z.number(), remaining: z.number(), reset_at: z.number() }).optional(),
  }),
});

/** A page of the recent calls of an address, newest first. Errors: WEBHOOK_NOT_FOUND. */
export const ListWebhookCalls = defineRequest({
  subject: 'webhooks.calls.list',
  question: scoped.extend({ webhook_id: z.string(), ...page, verdict: verdict.optional() }),
  answer: webhookCallListSchema,
});

/** Makes a call of an address of the organisation, as its sender would. Errors: WEBHOOK_NOT_FOUND, INVALID_INPUT for a header that cannot be given, and those of {@link ReceiveWebhook}. */
export const TestWebhook = defineRequest({
  subject: 'webhooks.test',
  question: scoped.extend({
    webhook_id: z.string(),
    /** JSON text; empty for a call without a body. */
    body: z.string(),
    headers: z.record(z.string(), z.string()).optional(),
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
    received_at: z.string(),
    request_id: z.string().optional(),
  }),
  answer: executionAcceptedSchema,
});

/** The addresses of a workflow. Errors: WORKFLOW_NOT_FOUND. */
export const ListWebhooks = defineRequest({
  subject: 'definitions.webhooks.list',
  question: scoped.extend({ workflow_id: z.string() }),
  answer: webhookListSchema,
});

/**
 * Gives the secret that a trigger's signature names another value; returns it once that is published. Errors: WORKFLOW_NOT_FOUND, WEBHOOK_NOT_FOUND,
 * WEBHOOK_WITHOUT_SECRET, INVALID_INPUT, QUOTA_EXCEEDED.
 */
export const RotateWebhookSecret = defineRequest({
  subject: 'definitions.webhooks.rotate-secret',
  question: scoped.extend({
    workflow_id: z.string(),
    webhook_id: z.string(),
    /** One is made without it. */
    secret: z.string().optional(),
    grace_seconds: z.number().int().nonnegative(),
  }),
  answer: webhookSecretSchema,
});

/** Gives a trigger another address; returns once that is published. Errors: WORKFLOW_NOT_FOUND, WEBHOOK_NOT_FOUND. */
export const RotateWebhookUrl = defineRequest({
  subject: 'definitions.webhooks.rotate-url',
  question: scoped.extend({
    workflow_id: z.string(),
    webhook_id: z.string(),
    grace_seconds: z.number().int().nonnegative(),
  }),
  answer: webhookSchema,
});
