import { cryptography } from '../cryptography.js';
import { UsageError, WebhookVerificationError } from '../errors.js';
import type { RawBody } from './raw-body.js';

const encoder = new TextEncoder();

/** The bytes of a body or a secret. */
export function bytesOf(value: unknown, name: string): Uint8Array<ArrayBuffer> {
  if (typeof value === 'string') return encoder.encode(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new UsageError(`${name} is the raw body as it came, a string or bytes: signatures are over bytes.`);
}

export async function hmacKey(secret: Uint8Array<ArrayBuffer>, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  if (secret.length === 0) throw new UsageError('The webhook secret is empty.');
  const { subtle } = await cryptography();
  return subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, [usage]);
}

/** The reference's signature: HMAC-SHA256 of the body, lower-case hexadecimal digits. */
export async function hexSignature(payload: RawBody, secret: string): Promise<string> {
  const { subtle } = await cryptography();
  const signature = await subtle.sign(
    'HMAC',
    await hmacKey(encoder.encode(secret), 'sign'),
    bytesOf(payload, 'payload'),
  );
  return [...new Uint8Array(signature)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether a signature is the reference's for the body; `sha256=` may be before it. Takes as long for a wrong one. */
export async function matchesHex(payload: RawBody, signature: unknown, secret: string): Promise<boolean> {
  const { subtle } = await cryptography();
  const digits =
    typeof signature === 'string' ? /^(?:sha256=)?([0-9a-f]{64})$/i.exec(signature.trim())?.[1] : undefined;
  const key = await hmacKey(encoder.encode(secret), 'verify');
  const body = bytesOf(payload, 'payload');
  if (digits === undefined) return false;
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return subtle.verify('HMAC', key, bytes, body);
}

/** The bytes of base 64, or undefined when it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Parses what has been verified. */
export function parseEvent(payload: RawBody, parse: (text: string) => unknown): unknown {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload);
  try {
    return parse(text);
  } catch (cause) {
    throw new WebhookVerificationError('The delivery is signed, but its body is not JSON', { cause });
  }
}
