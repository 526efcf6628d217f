import type { ReceiveWebhook, WebhookSnapshotValue } from '@millrace/contracts';
import type { z } from 'zod';
import { webhookContent, type WebhookContent } from './webhook-body.js';

type CallParts = Pick<z.output<typeof ReceiveWebhook.question>, 'headers' | 'query'>;

/** What a call carries, read when it is first asked for. */
export function contentOf(webhook: WebhookSnapshotValue, call: CallParts, body: Buffer): () => WebhookContent {
  // The query is the input of a call without a body, and no scheme signs it.
  const query = webhook.signature && webhook.signature.scheme !== 'gitlab' ? {} : call.query;
  return once(() => webhookContent({ body, contentType: call.headers['content-type'], query }));
}

/** Works something out when it is first asked for, and not again. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
