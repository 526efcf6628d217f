import { z } from 'zod';
import { HEADER_NAME, isCredentialHeader } from '../header-names.js';
import { durationField, parseDuration } from '../duration.js';
import { limitedRecord, marked, templateText } from '../fields.js';
import { FIELD_LIMITS, RESPOND_TIMEOUT_MS } from '../limits.js';
import type { DocumentPath, Report } from '../problem.js';
import { defineTrigger } from '../trigger-definition.js';

/** How senders sign their calls. */
export const SIGNATURE_SCHEMES = [
  'hmac_sha256',
  'standard_webhooks',
  'github',
  'stripe',
  'slack',
  'shopify',
  'gitlab',
] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

const signature = z
  .strictObject({
    scheme: z.enum(SIGNATURE_SCHEMES).meta({
      description:
        'Who signs how: "hmac_sha256" is the hex HMAC-SHA256 of the body in X-Webhook-Signature, "standard_webhooks" the specification of that name, the others as these services sign.',
    }),
    secret: templateText('The secret that sender and workflow share, e.g. "{{secrets.signing_key}}".'),
    previous_secret: templateText(
      'A second secret that is taken too, while the sender changes to the new one.',
    ).optional(),
    header: z
      .string()
      .max(FIELD_LIMITS.headerLength)
      .regex(/^[\w-]+$/, { error: 'must be the name of a header, such as "X-Signature": letters, digits, "-" and "_"' })
      .optional()
      .meta({ description: 'The header that holds the signature, where it is not the usual one of the scheme.' }),
  })
  .meta({ description: 'The signature that a call must have; without it, or with another one, the call is refused.' });

function reportClearSecrets(
  given: unknown,
  at: DocumentPath,
  report: Report,
  isSecret: (name: string) => boolean,
): void {
  if (typeof given !== 'object' || given === null) return;
  for (const [name, text] of Object.entries(given)) {
    if (!isSecret(name) || text === '' || (typeof text === 'string' && text.includes('{{'))) continue;
    report({
      severity: 'warning',
      code: 'clear_text_secret',
      at: [...at, name],
      message: 'the secret is written out, so that everybody who may read the workflow sees it',
      hint: `Store it with PUT /v1/secrets/{name}, and write "${name}": "{{secrets.name}}".`,
    });
  }
}

function reportUnsendable(headers: unknown, at: DocumentPath, report: Report): void {
  if (typeof headers !== 'object' || headers === null) return;
  for (const name of Object.keys(headers).filter((one) => !HEADER_NAME.test(one)))
    report({
      severity: 'error',
      code: 'invalid_value',
      at: [...at, name],
      message: 'no call can carry a header of this name, so that each would be refused',
      hint: 'Use letters, digits and "-", as in "X-API-Key".',
    });
}

/** An HTTP call to the workflow's own address starts an execution; its input is the request's body. */
export const webhookTrigger = defineTrigger({
  type: 'webhook',
  title: 'Webhook',
  description:
    "An HTTP call to the workflow's own address starts an execution; the request's body is its input, with its files as files of the execution.",
  served: true,
  callersMayWait: true,
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
    signature: signature.optional(),
    dedupe_key: marked(
      z.string().min(1).nullable(),
      'template',
      'What distinguishes one event from another, e.g. "{{input.id}}": of several calls with the same value within 24 hours one starts an execution. By default the id that the sender gives its delivery; null for none.',
    ).optional(),
    respond: z.enum(['accepted', 'wait']).default('accepted').meta({
      description:
        'What the caller gets: "accepted" is a 202 at once (default), "wait" what the workflow\'s respond step says, or, in a workflow without one, its output. When that does not come in time, or the execution ends without it, it is the 202 too.',
    }),
    respond_timeout: durationField('How long the caller waits with "respond": "wait" (default 30 s, at most 60 s).')
      .refine((value) => (parseDuration(value) ?? 0) <= RESPOND_TIMEOUT_MS, { error: 'must be 60 s at most' })
      .optional(),
    url: z.string().optional().meta({
      description: 'The address. The server returns it, and ignores it in requests.',
      readOnly: true,
    }),
  }),
  check({ respond, respond_timeout, signature: given, headers }, at, report) {
    if (respond_timeout !== undefined && respond !== 'wait') {
      report({
        severity: 'warning',
        code: 'unused_field',
        at: [...at, 'respond_timeout'],
        message: 'the caller gets the 202 at once, so that nothing is waited for',
        hint: 'Add "respond": "wait", or leave out "respond_timeout".',
      });
    }
    reportUnsendable(headers, [...at, 'headers'], report);
    reportClearSecrets(given, [...at, 'signature'], report, (name) => ['secret', 'previous_secret'].includes(name));
    reportClearSecrets(headers, [...at, 'headers'], report, isCredentialHeader);
  },
  example: {
    method: 'POST',
    headers: { 'X-Key': '{{secrets.key}}' },
    signature: {
      scheme: 'github',
      secret: '{{secrets.github}}',
      previous_secret: '{{secrets.github_before}}',
      header: 'X-Hub-Signature-256',
    },
    dedupe_key: '{{input.id}}',
    respond: 'wait',
    respond_timeout: '10s',
    url: 'https://example.com/v1/webhooks/wh_1',
  },
});
