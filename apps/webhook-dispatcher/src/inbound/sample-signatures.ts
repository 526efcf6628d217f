import type { WebhookSignature } from '@millrace/contracts';
import { SIGNATURE_SCHEMES, type Headers } from './signature-schemes.js';
import { rulesOf } from './signature.js';
import type { SignatureScheme } from '@millrace/schema';

/** What a sample is signed with. */
export interface SampleCall {
  readonly body: Buffer;
  readonly secret: string;
  /** Seconds since the epoch. */
  readonly seconds: number;
  /** The id of the delivery, where the scheme has one in a header. */
  readonly id: string;
}

/** The headers beside the signature that a scheme signs, and its value around a signature. */
interface SampleForm {
  readonly headers: (call: SampleCall) => Headers;
  readonly value: (signature: string, call: SampleCall) => string;
}

const nothing = (): Headers => ({});

const FORMS: Readonly<Record<SignatureScheme, SampleForm>> = {
  hmac_sha256: { headers: nothing, value: (signature) => signature },
  standard_webhooks: {
    headers: ({ id, seconds }) => ({ 'webhook-id': id, 'webhook-timestamp': String(seconds) }),
    value: (signature) => `v1,${signature}`,
  },
  github: { headers: ({ id }) => ({ 'x-github-delivery': id }), value: (signature) => `sha256=${signature}` },
  stripe: { headers: nothing, value: (signature, { seconds }) => `t=${seconds},v1=${signature}` },
  slack: {
    headers: ({ seconds }) => ({ 'x-slack-request-timestamp': String(seconds) }),
    value: (signature) => `v0=${signature}`,
  },
  shopify: { headers: ({ id }) => ({ 'x-shopify-event-id': id }), value: (signature) => signature },
  gitlab: { headers: nothing, value: (signature) => signature },
};

/** The headers of a call that is signed as the trigger expects it. None for a scheme of a later release, whose calls are refused. */
export function sampleHeaders(signature: WebhookSignature, call: SampleCall): Headers {
  const rules = rulesOf(signature);
  if (rules === undefined || !Object.hasOwn(SIGNATURE_SCHEMES, signature.scheme)) return {};
  const form = FORMS[signature.scheme as SignatureScheme];
  const headers = form.headers(call);
  // What says when it was signed is in the value itself for some: an empty signature has it too.
  const expected = rules.expected({ headers, body: call.body }, call.secret, form.value('', call));
  return { ...headers, [rules.header]: form.value(expected ?? '', call) };
}
