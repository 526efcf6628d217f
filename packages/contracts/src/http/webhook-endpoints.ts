import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { ID_FORMS } from '../ids.js';
import { apiSchemas } from './api-schemas.js';
import { defineEndpoint } from './endpoint.js';
import { ACCEPTED } from './execution-endpoints.js';
import { executionAcceptedSchema } from './executions.js';
import { exampleFrame, STREAM_HEADERS, STREAM_MEDIA_TYPE } from './live-endpoints.js';
import { webhookListeningStreamSchema } from './webhook-listening.js';
import {
  WEBHOOK_VERDICTS,
  webhookCallListSchema,
  webhookListSchema,
  webhookRotationSchema,
  webhookSchema,
  webhookSecretRotationSchema,
  webhookSecretSchema,
  webhookTestSchema,
} from './webhooks.js';

/** What somebody else's service posts: JSON, a form or text becomes the input, everything else a file in it. */
const webhookBodySchema = z.unknown().register(apiSchemas, { id: 'WebhookBody' });

const group = 'Webhooks';

const WEBHOOK = {
  id: 'wh_abcdefghijklmnopqrstuvwx',
  workflow_id: 'wf_01kaxh3v9m0000000000000001',
  index: 0,
  url: 'https://workflows.example.com/v1/webhooks/wh_abcdefghijklmnopqrstuvwx',
  method: 'POST',
  signature: 'hmac_sha256',
  former: [],
};

const CALL = {
  id: 'whc_01kaxh3v9m0000000000000001',
  at: '2026-11-26T09:00:00.000Z',
  method: 'POST',
  verdict: 'refused',
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'This webhook requires a signature in the header x-webhook-signature, and the call has no such header',
  execution_id: null,
  request_id: 'req_01kaxh3v9m0000000000000001',
  sample: false,
} as const;

const { id: _, sample: _sample, ...OUTCOME } = CALL;
const SHOWN = {
  type: 'call',
  at: CALL.at,
  call: {
    ...OUTCOME,
    headers: { 'content-type': 'application/json' },
    query: {},
    body: { bytes: 15, text: '{"order": 4711}', base64: null, truncated: false },
    input: null,
    input_problem: 'The call was refused.',
    checks: { passed: false, headers: [], signature: 'hmac_sha256' },
  },
};

/** The addresses of webhook triggers. */
export const webhookEndpoints = {
  receive: defineEndpoint({
    id: 'receiveWebhook',
    method: 'ANY',
    path: '/v1/webhooks/{webhook_id}',
    group,
    summary: 'Start the workflow that listens at this address',
    description:
      'Takes the one method that the trigger names, and a body of any media type: JSON, forms and text are the input, other bytes and the files of a multipart form are files of the execution. The address is the credential, with the headers and the signature that the trigger requires. Returns when the execution is durably accepted. A delivery that comes again starts nothing, and gets the first response with `Idempotency-Replayed: true`. Where the trigger has `respond: wait` the response is what the workflow responds with, of any status and media type; a 202 when it does not in time. The handshake by which Slack verifies an address gets its challenge back, and starts nothing.',
    access: 'public',
    relaysResponses: true,
    body: {
      type: 'raw',
      schema: webhookBodySchema,
      limitBytes: LIMITS.webhookBodyBytes,
      optional: true,
      example: { order: 4711 },
    },
    answer: {
      status: 202,
      description: 'It is accepted.',
      schema: executionAcceptedSchema,
      example: ACCEPTED,
    },
    errors: [
      'UNAUTHORIZED',
      'METHOD_NOT_ALLOWED',
      'INVALID_INPUT',
      'INVALID_JSON',
      'RATE_LIMIT_EXCEEDED',
      'WORKFLOW_PAUSED',
      'WORKFLOW_NOT_ACTIVE',
      'ORGANISATION_SUSPENDED',
      'QUOTA_EXCEEDED',
      'IDEMPOTENCY_KEYS_EXHAUSTED',
      'STORAGE_FULL',
      'SERVICE_UNAVAILABLE',
    ],
  }),

  calls: defineEndpoint({
    id: 'listWebhookCalls',
    method: 'GET',
    path: '/v1/webhooks/{webhook_id}/calls',
    group,
    summary: 'List the recent calls of an address, newest first',
    description:
      'When, what became of it and why: nothing of what a call carried. For 7 days, the last 1,000 of each address. A call is in the list a moment after its answer; where there are more than can be written down, some are left out.',
    access: 'workflows:read',
    query: z.object({
      verdict: z.enum(WEBHOOK_VERDICTS).optional(),
      limit: z.int().min(1).max(LIMITS.pageSize).default(20),
      starting_after: z
        .string()
        .regex(ID_FORMS.webhook_call, 'starting_after must be the next_cursor of the page before')
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: webhookCallListSchema,
      example: { calls: [CALL], next_cursor: null, has_more: false },
    },
  }),

  listen: defineEndpoint({
    id: 'listenToWebhook',
    method: 'POST',
    path: '/v1/webhooks/{webhook_id}/listen',
    group,
    summary: 'Show the next calls of an address',
    description:
      'A stream of `WebhookListeningEvent`, for five minutes or a hundred calls. Each call is shown as it came and as the workflow gets it, with what became of it. Listening starts nothing, and takes no call away: a call of an active workflow starts its execution as always, one of a draft or a paused workflow is refused and shown. Needs `executions:read`, because a call shows what an execution has as its input.',
    access: 'executions:read',
    audit: { nothing: 'It changes nothing.' },
    streams: true,
    answer: {
      status: 200,
      description: 'The stream.',
      schema: webhookListeningStreamSchema,
      mediaType: STREAM_MEDIA_TYPE,
      headers: STREAM_HEADERS,
      example:
        exampleFrame({ type: 'listening', at: CALL.at, until: '2026-11-26T09:05:00.000Z' }, '1') +
        exampleFrame(SHOWN, '2'),
    },
    errors: ['TOO_MANY_STREAMS'],
  }),

  test: defineEndpoint({
    id: 'testWebhook',
    method: 'POST',
    path: '/v1/webhooks/{webhook_id}/test',
    group,
    summary: 'Send a sample to an address',
    description:
      'Makes a call as the sender would, with the headers and the signature that the trigger requires, which is then checked, counted and recorded as all others, and starts an execution.',
    access: 'executions:write',
    audit: { nothing: 'An execution is a record of its own.' },
    body: {
      type: 'json',
      schema: webhookTestSchema,
      limitBytes: LIMITS.settingBodyBytes,
      optional: true,
      example: { body: { order: 4711 }, headers: { 'X-Shop-Event': 'order' }, query: { shop: '3' } },
    },
    countedAs: 'executions',
    answer: {
      status: 202,
      description: 'It is accepted.',
      schema: executionAcceptedSchema,
      example: ACCEPTED,
    },
    errors: [
      'INVALID_INPUT',
      'WORKFLOW_PAUSED',
      'WORKFLOW_NOT_ACTIVE',
      'QUOTA_EXCEEDED',
      'IDEMPOTENCY_KEYS_EXHAUSTED',
      'STORAGE_FULL',
    ],
  }),

  listOfWorkflow: defineEndpoint({
    id: 'listWebhooksOfWorkflow',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/webhooks',
    group,
    summary: 'List the addresses of a workflow',
    access: 'workflows:read',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: webhookListSchema,
      example: { webhooks: [WEBHOOK], next_cursor: null, has_more: false },
    },
  }),

  rotateUrl: defineEndpoint({
    id: 'rotateWebhookUrl',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-url',
    group,
    summary: 'Give a webhook trigger a new address',
    description:
      'Calls to the former address are taken for `grace_seconds` more, so that the sender can change, and those to earlier ones no longer than that: with 0 all of them end at once.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'rotate' },
    body: {
      type: 'json',
      schema: webhookRotationSchema,
      limitBytes: LIMITS.settingBodyBytes,
      optional: true,
      example: { grace_seconds: 3600 },
    },
    answer: {
      status: 200,
      description: 'The address as it is now.',
      schema: webhookSchema,
      example: {
        ...WEBHOOK,
        former: [
          {
            id: 'wh_zyxwvutsrqponmlkjihgfedc',
            url: 'https://workflows.example.com/v1/webhooks/wh_zyxwvutsrqponmlkjihgfedc',
            valid_until: '2026-11-26T10:00:00.000Z',
          },
        ],
      },
    },
    errors: ['WORKFLOW_NOT_FOUND', 'STORAGE_FULL'],
  }),

  rotateSecret: defineEndpoint({
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-secret',
    group,
    summary: 'Give the signature of a webhook trigger a new secret',
    description:
      'Stores another value under the secret that the trigger names, and returns it this once. Calls that are signed by the former value are taken for `grace_seconds` more, at every webhook whose trigger names the secret.',
    access: 'secrets:write',
    audit: { resource: 'workflow', action: 'rotate' },
    body: {
      type: 'json',
      schema: webhookSecretRotationSchema,
      limitBytes: LIMITS.settingBodyBytes,
      optional: true,
      example: { grace_seconds: 3600 },
    },
    answer: {
      status: 200,
      description: 'The new secret.',
      schema: webhookSecretSchema,
      example: {
        webhook_id: WEBHOOK.id,
        workflow_id: WEBHOOK.workflow_id,
        secret: 'zmmJpnDpn3rKxXrbpHCfSLxGzQWwX0Jmmk1TLrWRMrE',
        secret_name: 'signing_key',
        former_valid_until: '2026-11-26T10:00:00.000Z',
      },
    },
    errors: ['WORKFLOW_NOT_FOUND', 'WEBHOOK_WITHOUT_SECRET', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),
};
