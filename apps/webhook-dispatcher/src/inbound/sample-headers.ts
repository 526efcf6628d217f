import { AppError, shortened, type WebhookSnapshotValue } from '@millrace/contracts';
import { isOfConnection } from '@millrace/service-kit/safe-http';
import type { SecretReader } from '@millrace/service-kit/sealing';
import { FixedTexts, type Texts } from './fixed-texts.js';
import { sampleHeaders } from './sample-signatures.js';
import { headerSecrets, signatureSecrets } from './secret-sources.js';
import { isUsableSecret, type Headers } from './signature-schemes.js';
import { rulesOf } from './signature.js';
import type { ReadSecrets } from './trigger-texts.js';

/** In the place of a secret that cannot be read: the call has a signature of the right form then, and is refused for what is wrong with the trigger. */
const NO_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** A call for which headers are made. */
export interface Sample {
  readonly body: Buffer;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** The id of the delivery, where the scheme has one in a header. */
  readonly id: string;
}

/**
 * The headers of a call as a sender makes it who has all that the trigger requires. Where a value cannot be worked out the header is there without
 * it, so that the call gets what every call gets. Throws what reading secrets throws.
 */
export async function headersOfSample(
  { organisation_id, required_headers = {}, signature }: WebhookSnapshotValue,
  { body, receivedAt, id }: Sample,
  secrets: Pick<SecretReader, 'read' | 'readFormer'>,
): Promise<Headers> {
  const entries = Object.entries(required_headers);
  const values = await textsOf(
    entries.map(([, template]) => template),
    headerSecrets(secrets, organisation_id).read,
  );
  const required = entries.map(([name], index) => [name.toLowerCase(), values[index] ?? '']);
  const headers = { 'content-type': 'application/json', ...Object.fromEntries(required) } as Headers;
  if (signature === undefined) return headers;
  const templates = [signature.secret, signature.previous_secret].filter((template) => template !== undefined);
  const keys = await textsOf(templates, signatureSecrets(secrets, organisation_id).read);
  const rules = rulesOf(signature) ?? {};
  const secret = keys.find((key) => key !== null && isUsableSecret(rules, key)) ?? NO_SECRET;
  const seconds = Math.floor(Date.parse(receivedAt) / 1_000);
  return { ...headers, ...sampleHeaders(signature, { body, secret, seconds, id }) };
}

/** Headers that are given for a sample, names in lower case. Throws INVALID_INPUT for those of a connection, and for those that are made for it. */
export function givenHeaders(given: Headers, made: Headers): Headers {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const lower = name.toLowerCase();
      if (isOfConnection(lower)) throw refusedHeader(name, 'is set by the connection itself and cannot be given');
      if (lower === 'content-type') throw refusedHeader(name, 'is made by the test, whose body is JSON: leave it out');
      if (Object.hasOwn(made, lower))
        throw refusedHeader(name, 'is made by the test, as the trigger requires it: leave it out');
      return [lower, value];
    }),
  );
}

function refusedHeader(name: string, message: string): AppError {
  return new AppError('INVALID_INPUT', {
    message: `The header ${shortened(name)} ${message}`,
    details: { issues: [{ path: `headers.${shortened(name)}`, message }] },
  });
}

async function textsOf(templates: readonly string[], read: ReadSecrets): Promise<Texts> {
  return (await FixedTexts.open(templates, read)).texts;
}
