import { z } from 'zod';
import { limitedRecord, marked } from '../fields.js';
import { FIELD_LIMITS } from '../limits.js';
import { defineTrigger } from '../trigger-definition.js';

/** An HTTP call to the workflow's own address starts an execution; its input is the request's body. */
export const webhookTrigger = defineTrigger({
  type: 'webhook',
  title: 'Webhook',
  description: "An HTTP call to the workflow's own address starts an execution; the request's body is its input.",
  served: true,
  config: z.strictObject({
    method: z
      .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .default('POST')
      .meta({ description: 'The HTTP method that is taken (default POST).' }),
    headers: marked(
      limitedRecord(
        z.union([z.string().max(FIELD_LIMITS.headerLength), z.number(), z.boolean()]),
        FIELD_LIMITS.requiredHeaders,
      ),
      'template',
      'Headers that a call must carry, with exactly these values, e.g. {"X-API-Key": "{{secrets.webhook_key}}"}.',
    ).optional(),
    url: z.string().optional().meta({
      description: 'The address. The server tells it in its answers and ignores it in what it is sent.',
      readOnly: true,
    }),
  }),
  example: { method: 'POST', headers: { 'X-Key': '{{secrets.key}}' }, url: 'https://example.com/v1/webhooks/wh_1' },
});
