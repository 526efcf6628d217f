import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { streamOf } from './live.js';
import { webhookCallSchema } from './webhooks.js';

/** The body of a call, as far as it is shown. */
const shownBody = z.object({
  bytes: z.number().int().meta({ description: 'Of all of it, decompressed.' }),
  text: z.string().nullable().meta({ description: 'It, or its beginning; null when it is not UTF-8.' }),
  base64: z.string().nullable().meta({ description: 'The same bytes when they are not UTF-8.' }),
  truncated: z.boolean().meta({ description: `Whether there is more: ${LIMITS.listenedBodyBytes} bytes are shown.` }),
});

/** A call as a listener is shown it: what it carried, and what became of it. */
export const shownWebhookCallSchema = z
  .object({
    ...webhookCallSchema.omit({ id: true, sample: true }).shape,
    headers: z.record(z.string(), z.string()).meta({
      description: 'Names in lower case. Values of credentials are `••••`.',
    }),
    query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
    body: shownBody.nullable().meta({ description: 'As it came; null when the call was refused before it was read.' }),
    input: z.unknown().meta({
      description: 'What the workflow gets as its input; null when it gets none, or it is too large to be shown.',
    }),
    input_problem: z.string().nullable().meta({ description: 'Why there is no input.' }),
    checks: z.object({
      passed: z.boolean().nullable().meta({
        description:
          'Whether it has what the trigger requires, which `message` says more about; null when nothing could be checked.',
      }),
      headers: z.array(z.string()).meta({ description: 'Names of the headers that the trigger requires.' }),
      signature: z.string().nullable().meta({ description: 'The scheme of the signature that it requires, or null.' }),
    }),
  })
  .register(apiSchemas, { id: 'ShownWebhookCall' });
export type ShownWebhookCall = z.output<typeof shownWebhookCallSchema>;

/** What a listener gets. */
export const webhookListeningEventSchema = z
  .looseObject({
    type: z.string().meta({
      description:
        '`listening`: calls are shown from now on. `call`. `missed`: there were more calls than could be shown. `ended`: the last one.',
    }),
    at: z.string(),
    until: z.string().optional().meta({ description: 'Of `listening`: when it ends.' }),
    call: shownWebhookCallSchema.optional(),
    count: z.number().int().optional().meta({ description: 'Of `missed`: how many at least.' }),
    reason: z.string().optional().meta({ description: 'Of `ended`: `time` or `calls`, of which there were enough.' }),
  })
  .register(apiSchemas, { id: 'WebhookListeningEvent' });
export type WebhookListeningEvent = z.output<typeof webhookListeningEventSchema>;

export const webhookListeningStreamSchema = streamOf('WebhookListeningEvent').register(apiSchemas, {
  id: 'WebhookListeningStream',
});
