import { HEADER_NAME } from '@millrace/schema';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { NOT_A_REFERENCE } from './given-secret.js';

const page = { next_cursor: z.string().nullable(), has_more: z.boolean() };

/** The address of a webhook trigger, as its owner sees it. Times are ISO 8601 in UTC. */
export const webhookSchema = z
  .object({
    id: z.string(),
    workflow_id: z.string(),
    index: z.number().int().meta({ description: 'Its place among the webhook triggers of the workflow, from 0.' }),
    url: z.string().meta({ description: 'Whoever knows it may call it, unless the trigger asks for more.' }),
    method: z.string(),
    signature: z
      .string()
      .nullable()
      .meta({ description: 'The scheme of the signature that a call must have, or null.' }),
    former: z
      .array(z.object({ id: z.string(), url: z.string(), valid_until: z.string() }))
      .meta({ description: 'Addresses that it had, and that are still valid. Newest first.' }),
  })
  .register(apiSchemas, { id: 'Webhook' });
export type Webhook = z.output<typeof webhookSchema>;

/** The addresses of a workflow, in the order of its triggers. */
export const webhookListSchema = z
  .object({ webhooks: z.array(webhookSchema), ...page })
  .register(apiSchemas, { id: 'WebhookList' });
export type WebhookList = z.output<typeof webhookListSchema>;

/** Body of POST /v1/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-url. */
export const webhookRotationSchema = z
  .strictObject({
    grace_seconds: z
      .int()
      .min(0)
      .max(LIMITS.webhookGraceSeconds)
      .optional()
      .meta({ description: 'For how long calls to the former address are taken (default 86,400: a day).' }),
  })
  .default({})
  .register(apiSchemas, { id: 'WebhookRotationRequest' });

/** Body of POST /v1/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-secret. */
export const webhookSecretRotationSchema = z
  .strictObject({
    secret: z
      .string()
      .min(16)
      .refine((value) => utf8ToBytes(value).length <= LIMITS.secretBytes, {
        error: `must have at most ${LIMITS.secretBytes} bytes`,
      })
      .refine(...NOT_A_REFERENCE)
      .optional()
      .meta({
        description: 'Where the sender makes the secret, as Stripe, Slack and Shopify do. Without it one is made.',
      }),
    grace_seconds: z
      .int()
      .min(0)
      .max(LIMITS.webhookGraceSeconds)
      .optional()
      .meta({ description: 'For how long calls by the former secret are taken (default 86,400: a day).' }),
  })
  .default({})
  .register(apiSchemas, { id: 'WebhookSecretRotationRequest' });

/** The new secret of a webhook trigger. Nothing returns it again. */
export const webhookSecretSchema = z
  .object({
    webhook_id: z.string(),
    workflow_id: z.string(),
    secret: z.string(),
    secret_name: z.string().meta({ description: 'The secret of the organisation that has this value now.' }),
    former_valid_until: z
      .string()
      .nullable()
      .meta({ description: 'Until when calls by the former secret are taken; null when there is none.' }),
  })
  .register(apiSchemas, { id: 'WebhookSecret' });
export type WebhookSecret = z.output<typeof webhookSecretSchema>;

/** What became of calls. */
export const WEBHOOK_VERDICTS = ['accepted', 'duplicate', 'refused', 'challenge'] as const;
const verdict = z.enum(WEBHOOK_VERDICTS).meta({
  description:
    '`duplicate`: the delivery had been accepted before. `refused`: `code` and `message` say why. `challenge`: the sender has verified the address, and nothing was started.',
});

/** A call of a webhook, without anything of what it carried. */
export const webhookCallSchema = z
  .object({
    id: z.string(),
    at: z.string(),
    method: z.string(),
    verdict,
    status: z.number().int().meta({ description: 'The HTTP status of the response.' }),
    code: z.string().nullable().meta({ description: 'The code of the error; null when it was taken.' }),
    message: z.string().nullable(),
    execution_id: z.string().nullable().meta({ description: 'What it started, or the first of its repetitions did.' }),
    request_id: z.string().nullable(),
    sample: z.boolean().default(false).meta({ description: 'Whether it was sent by a test of the address.' }),
  })
  .register(apiSchemas, { id: 'WebhookCall' });
export type WebhookCall = z.output<typeof webhookCallSchema>;

/** One page of calls, newest first. */
export const webhookCallListSchema = z
  .object({ calls: z.array(webhookCallSchema), ...page })
  .register(apiSchemas, { id: 'WebhookCallList' });
export type WebhookCallList = z.output<typeof webhookCallListSchema>;

/** What HTTP takes in the value of a header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const sampleHeadersSchema = z
  .record(
    z.string().regex(HEADER_NAME, 'must be the name of a header, such as X-GitHub-Event'),
    z.string().regex(HEADER_VALUE, 'must have no line breaks or other characters that headers cannot hold'),
  )
  .refine((headers) => Object.keys(headers).length <= LIMITS.requestHeaders, {
    error: `must be at most ${LIMITS.requestHeaders} headers`,
  })
  .refine((headers) => sizeOf(headers) <= LIMITS.requestHeaderBytes, {
    error: `must have at most ${LIMITS.requestHeaderBytes} characters together`,
  });

const sampleQuerySchema = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .refine((query) => Object.values(query).flat().length <= LIMITS.formFields, {
    error: `must be at most ${LIMITS.formFields} parameters`,
  })
  .refine((query) => sizeOf(query) <= LIMITS.requestHeaderBytes, {
    error: `must have at most ${LIMITS.requestHeaderBytes} characters together`,
  });

/** Characters of names and values, as a request line or headers would have them. */
function sizeOf(values: Readonly<Record<string, string | readonly string[]>>): number {
  return Object.entries(values).reduce((sum, [name, value]) => {
    const each = typeof value === 'string' ? [value] : value;
    return sum + each.reduce((size, one) => size + name.length + one.length + ': \r\n'.length, 0);
  }, 0);
}

/** Body of POST /v1/webhooks/{webhook_id}/test. */
export const webhookTestSchema = z
  .strictObject({
    body: z.unknown().optional().meta({
      description:
        'The body of the sample, sent as JSON. By default `{"test": true}`, and none where there is a `query`: that is the input of a call without a body then.',
    }),
    headers: sampleHeadersSchema.optional().meta({
      description:
        'Further headers, such as `{"X-GitHub-Event": "push"}`. Those that the test makes itself cannot be given: the content type, what the trigger requires, the signature and what belongs to it, and those of a connection.',
    }),
    query: sampleQuerySchema
      .optional()
      .meta({ description: 'Parameters of the query; a list for one that comes more than once.' }),
  })
  .default({})
  .register(apiSchemas, { id: 'WebhookTestRequest' });
