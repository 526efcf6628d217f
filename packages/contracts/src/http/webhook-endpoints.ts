import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { defineEndpoint } from './endpoint.js';
import { ACCEPTED } from './execution-endpoints.js';
import { executionAcceptedSchema } from './executions.js';

/** What somebody else's service posts: JSON, a form or text becomes the input. */
const webhookBodySchema = z.unknown().register(apiSchemas, { id: 'WebhookBody' });

/** The addresses of webhook triggers. */
export const webhookEndpoints = {
  receive: defineEndpoint({
    id: 'receiveWebhook',
    method: 'ANY',
    path: '/v1/webhooks/{webhook_id}',
    group: 'Webhooks',
    summary: 'Start the workflow that listens at this address',
    description:
      'Takes the one method that the trigger names. The address is the credential, with the headers and the signature that the trigger requires. Returns when the execution is durably accepted. A delivery that comes again starts nothing, and gets the first answer with `Idempotency-Replayed: true`. Where the trigger has `respond: wait` the answer is what the workflow responds, of any status and media type; a 202 when it does not in time.',
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
};
