import { createHmac } from 'node:crypto';

/** What is signed of a delivery. */
export interface SignedDelivery {
  readonly eventId: string;
  /** Seconds since the epoch, of the attempt. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers by which a receiver can verify that a delivery is ours: those of Standard Webhooks, with a signature by each secret, and
 * `X-Webhook-Signature` as in the reference (hex HMAC-SHA256 of the body by the whole text of the first secret). `secrets` are texts `whsec_…`,
 * the present one first.
 */
export function signatureHeaders(
  { eventId, timestamp, body }: SignedDelivery,
  secrets: readonly [string, ...string[]],
): Record<string, string> {
  const content = `${eventId}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
    return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  });
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
    'x-webhook-signature': createHmac('sha256', secrets[0]).update(body).digest('hex'),
  };
}
