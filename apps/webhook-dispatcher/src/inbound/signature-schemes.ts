import { createHmac } from 'node:crypto';
import type { SignatureScheme } from '@millrace/schema';

/** Headers of a call, names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** What a scheme has the sender sign, and where its signatures are. */
export interface SchemeRules {
  /** The header with the signatures, in lower case. */
  readonly header: string;
  /** What a signature there looks like, for who reads why a call was refused. */
  readonly form: string;
  /** What is wrong with one of that form that no secret fits, as in "the call …"; by default that none fits the body. */
  readonly unfit?: string;
  /** What every secret of the scheme looks like, where not each text can be one. */
  readonly secretForm?: { readonly pattern: RegExp; readonly words: string };
  /** The signatures in that header's value; texts without the scheme's form are none, so that nothing is worked out for them. */
  readonly signatures: (value: string) => readonly string[];
  /** The signature that a call should have, in the text form of the scheme; `value` is of the header with the signatures. Null when the call lacks what is signed beside the body. */
  readonly expected: (call: SignedCall, secret: string, value: string) => string | null;
  /** Seconds since the epoch at which the call was signed, where the scheme has a time; null when it cannot be read. */
  readonly signedAt?: (headers: Headers, value: string) => number | null;
  /** The sender's id of the delivery or event, the same in each repetition. */
  readonly deliveryId?: (call: { readonly headers: Headers; readonly input: unknown }) => string | undefined;
  /** What the sender expects back before it sends anything to an address; undefined for a call that is no such handshake. */
  readonly challenge?: (input: unknown) => string | undefined;
}

/** The bytes that came, and what is signed with them. */
export interface SignedCall {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** How many signatures of one call are compared: senders list a few while they change keys. */
const MOST_SIGNATURES = 10;

/** An HMAC-SHA256 as text. */
const HEX = /^[0-9a-f]{64}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The schemes by name. Sources: the reference (`X-Webhook-Signature`, hex HMAC-SHA256 of the body), the Standard Webhooks
 * specification, and the documentation of GitHub, Stripe, Slack, Shopify and GitLab.
 */
export const SIGNATURE_SCHEMES: Readonly<Record<SignatureScheme, SchemeRules>> = {
  hmac_sha256: {
    header: 'x-webhook-signature',
    form: '64 hex digits',
    // Many who sign like this write the algorithm in front.
    signatures: (value) =>
      formed(
        [
          value
            .trim()
            .replace(/^sha256=/i, '')
            .toLowerCase(),
        ],
        HEX,
      ),
    expected: ({ body }, secret) => hmac(secret, [body]).toString('hex'),
  },
  standard_webhooks: {
    header: 'webhook-signature',
    form: '"v1," and 32 bytes as base64',
    secretForm: {
      pattern: /^(?:(?!whsec_).*|whsec_[\w+/-]{2,}={0,2}\s*)$/s,
      words: 'what follows "whsec_" has to be base64',
    },
    signatures: (value) => formed(listed(value, ' ', 'v1,'), BASE64),
    expected: ({ headers, body }, secret) => {
      const { 'webhook-id': id, 'webhook-timestamp': time } = headers;
      const key = standardKey(secret);
      // Anybody could sign with an empty key.
      if (id === undefined || time === undefined || key.length === 0) return null;
      return hmac(key, [`${id}.${time}.`, body]).toString('base64');
    },
    signedAt: (headers) => seconds(headers['webhook-timestamp']),
    deliveryId: ({ headers }) => headers['webhook-id'],
  },
  github: {
    header: 'x-hub-signature-256',
    form: '"sha256=" and 64 hex digits',
    signatures: (value) => formed(listed(value, ' ', 'sha256='), HEX),
    expected: ({ body }, secret) => hmac(secret, [body]).toString('hex'),
    deliveryId: ({ headers }) => headers['x-github-delivery'],
  },
  stripe: {
    header: 'stripe-signature',
    form: '"t=", the time, ",v1=" and 64 hex digits',
    signatures: (value) => formed(listed(value, ',', 'v1='), HEX),
    expected: ({ body }, secret, value) => {
      const time = stripeTime(value);
      return time === undefined ? null : hmac(secret, [`${time}.`, body]).toString('hex');
    },
    signedAt: (_, value) => seconds(stripeTime(value)),
    deliveryId: ({ input }) => textMember(input, 'id'),
  },
  slack: {
    header: 'x-slack-signature',
    form: '"v0=" and 64 hex digits',
    signatures: (value) => formed(listed(value, ',', 'v0='), HEX),
    expected: ({ headers, body }, secret) => {
      const time = headers['x-slack-request-timestamp'];
      return time === undefined ? null : hmac(secret, [`v0:${time}:`, body]).toString('hex');
    },
    signedAt: (headers) => seconds(headers['x-slack-request-timestamp']),
    deliveryId: ({ input }) => textMember(input, 'event_id'),
    challenge: (input) =>
      textMember(input, 'type') === 'url_verification' ? textMember(input, 'challenge') : undefined,
  },
  shopify: {
    header: 'x-shopify-hmac-sha256',
    form: '32 bytes as base64',
    signatures: (value) => formed([value.trim()], BASE64),
    expected: ({ body }, secret) => hmac(secret, [body]).toString('base64'),
    deliveryId: ({ headers }) => {
      // Of X-Shopify-Webhook-Id Shopify does not say that a repetition keeps it; some calls have no other.
      const id = headers['x-shopify-event-id'] ?? headers['x-shopify-webhook-id'];
      // One event may come under several topics.
      return id && `${headers['x-shopify-topic'] ?? ''} ${id}`;
    },
  },
  gitlab: {
    // No signature: the secret itself.
    header: 'x-gitlab-token',
    form: 'the secret token',
    unfit: 'has another token there than the secret',
    signatures: (value) => formed([value], /./),
    expected: (_, secret) => secret,
    // X-Gitlab-Event-UUID is another one in each attempt, and the same in a chain of events that cause each other.
    deliveryId: ({ headers }) => headers['idempotency-key'],
  },
};

/** Whether anything can be signed with a secret: with an empty one anybody could. */
export function isUsableSecret({ secretForm }: Pick<SchemeRules, 'secretForm'>, secret: string): boolean {
  return secret !== '' && (secretForm === undefined || secretForm.pattern.test(secret));
}

function hmac(key: string | Buffer, parts: readonly (string | Buffer)[]): Buffer {
  const digest = createHmac('sha256', key);
  for (const part of parts) digest.update(part);
  return digest.digest();
}

/** The key is what follows `whsec_`, as base64; another text is the key itself. */
function standardKey(secret: string): string | Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
}

/** What follows the prefix in those parts that have it. */
function listed(value: string, separator: string, prefix: string): string[] {
  return value
    .split(separator, MOST_SIGNATURES)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
}

function formed(texts: readonly string[], form: RegExp): string[] {
  return texts.filter((text) => form.test(text));
}

function stripeTime(value: string): string | undefined {
  return listed(value, ',', 't=')[0];
}

function seconds(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function textMember(input: unknown, name: string): string | undefined {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, name)) return undefined;
  const value = (input as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
