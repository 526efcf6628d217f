import { cryptography } from '../cryptography.js';
import { UsageError, WebhookVerificationError } from '../errors.js';
import type { RawBody } from './raw-body.js';
import { bytesOf, fromBase64, hmacKey } from './signatures.js';

/** Secrets of Standard Webhooks begin with this; the rest is base 64 of the key. */
export const SECRET_PREFIX = 'whsec_';
/** How far the time of a delivery may be from ours, in seconds: an old one is a replay. */
const TOLERANCE_S = 300;
/** More than anybody signs with: a header is not worked on without end. */
const MOST_SIGNATURES = 16;

/** A delivery by its three headers. */
export interface StandardHeaders {
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signature: string | null;
}

/**
 * Verifies a delivery by Standard Webhooks 1.0.0.
 *
 * @param now seconds since the epoch
 * @throws WebhookVerificationError
 */
export async function verifyStandard(
  payload: RawBody,
  { id, timestamp, signature }: StandardHeaders,
  secret: string,
  now: number,
): Promise<void> {
  const key = fromBase64(secret.slice(SECRET_PREFIX.length));
  if (key === undefined) throw new UsageError('The webhook secret is not base 64 after whsec_.');
  if (id === null || timestamp === null || signature === null) {
    throw new WebhookVerificationError('The headers webhook-id, webhook-timestamp and webhook-signature must be there');
  }
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(now - seconds) <= TOLERANCE_S)) {
    throw new WebhookVerificationError(`The time of the delivery is not within ${TOLERANCE_S} seconds of now`);
  }
  const { subtle } = await cryptography();
  const hmac = await hmacKey(key, 'verify');
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), bytesOf(payload, 'payload'));
  for (const entry of signature.split(' ').slice(0, MOST_SIGNATURES)) {
    const bytes = entry.startsWith('v1,') ? fromBase64(entry.slice(3)) : undefined;
    if (bytes && (await subtle.verify('HMAC', hmac, bytes, signed))) return;
  }
  throw new WebhookVerificationError('No signature of the delivery is of this secret');
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
