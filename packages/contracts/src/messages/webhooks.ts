import { z } from 'zod';
import { defineRequest } from '../message.js';

/**
 * An inbound webhook call, bytes kept as they came. Answers once the execution is durably accepted.
 * Errors: WEBHOOK_NOT_FOUND, METHOD_NOT_ALLOWED, INVALID_JSON, WORKFLOW_PAUSED, WORKFLOW_NOT_ACTIVE.
 */
export const ReceiveWebhook = defineRequest({
  subject: 'webhooks.receive',
  question: z.object({
    webhook_id: z.string(),
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    /** The raw body, base64. */
    body_base64: z.string(),
    received_at: z.string(),
    request_id: z.string().optional(),
  }),
  answer: z.object({
    execution_id: z.string(),
    workflow_id: z.string(),
    organisation_id: z.string(),
    status: z.literal('running'),
    started_at: z.string(),
    /** True when the same delivery had been accepted before: `execution_id` is the first one's. */
    duplicate: z.boolean(),
  }),
});
