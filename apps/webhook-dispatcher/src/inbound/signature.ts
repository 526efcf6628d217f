import { AppError, LIMITS, type WebhookSignature } from '@millrace/contracts';
import type { SignatureScheme } from '@millrace/schema';
import {
  isUsableSecret,
  SIGNATURE_SCHEMES,
  type Headers,
  type SchemeRules,
  type SignedCall,
} from './signature-schemes.js';
import { FixedTexts, type Texts } from './fixed-texts.js';
import { sameText, type SecretSources } from './trigger-texts.js';

const UNFIT = 'has none that fits its body';

/** What signs and when it was signed. */
interface ArrivedCall extends SignedCall {
  /** When the gateway received it, ISO 8601. */
  readonly receivedAt: string;
}

/** The rules of a trigger's signature, with the header that it names; undefined for a scheme of a later release. */
export function rulesOf({ scheme, header }: WebhookSignature): SchemeRules | undefined {
  if (!Object.hasOwn(SIGNATURE_SCHEMES, scheme)) return undefined;
  const rules = SIGNATURE_SCHEMES[scheme as SignatureScheme];
  return header === undefined ? rules : { ...rules, header: header.toLowerCase() };
}

/**
 * Refuses a call without a signature of the form that its scheme has, before its body is read and anything is hashed: anybody may call. It looks
 * at that header and nothing else, so that neither the response nor its time says anything of a secret. Throws UNAUTHORIZED.
 */
export function requireSignatureHeader(signature: WebhookSignature, headers: Headers): SchemeRules {
  const rules = rulesOf(signature);
  if (rules === undefined) throw unknownScheme();
  const value = headers[rules.header];
  if (value === undefined) throw refused(rules.header, 'has no such header');
  if (rules.signatures(value).length === 0) throw refused(rules.header, `has none in the form of one: ${rules.form}`);
  return rules;
}

/**
 * Refuses a call whose signature is missing, wrong or too old. One of two secrets is enough, so that they can be changed, and so is a former value
 * of one that has been rotated; when one of them cannot be read only the others count, and without any no call is taken. Throws UNAUTHORIZED,
 * without saying what was expected, and what reading secrets throws.
 */
export async function requireSignature(
  signature: WebhookSignature,
  call: ArrivedCall,
  { read, readFormer }: SecretSources,
): Promise<void> {
  const rules = requireSignatureHeader(signature, call.headers);
  requireFresh(rules, call);
  const templates = [signature.secret, ...(signature.previous_secret === undefined ? [] : [signature.previous_secret])];
  const expected = await FixedTexts.open(templates, read);
  const secrets = secretsIn(rules, expected.texts);
  if (isSigned(rules, call, secrets)) return;
  const former = await expected.former(readFormer);
  if (former.some((before) => isSigned(rules, call, secretsIn(rules, before)))) return;
  throw secrets.length === 0 ? unreadable(rules.header) : refused(rules.header, rules.unfit ?? UNFIT);
}

function secretsIn(rules: SchemeRules, texts: Texts): string[] {
  return texts.filter((secret): secret is string => secret !== null && isUsableSecret(rules, secret));
}

/** Whether one of its signatures is by one of the secrets. */
function isSigned(rules: SchemeRules, call: SignedCall, secrets: readonly string[]): boolean {
  const value = call.headers[rules.header] ?? '';
  const given = rules.signatures(value);
  return secrets.some((secret) => {
    const expected = rules.expected(call, secret, value);
    return expected !== null && given.some((one) => sameText(one, expected));
  });
}

/** What was recorded by somebody may not be sent again later. */
function requireFresh({ header, signedAt }: SchemeRules, call: ArrivedCall): void {
  if (signedAt === undefined) return;
  const at = signedAt(call.headers, call.headers[header] ?? '');
  if (at === null) throw refused(header, 'does not say when it was signed');
  const away = Math.abs(Date.parse(call.receivedAt) - at * 1_000);
  if (!(away <= LIMITS.signatureAgeMs)) {
    const minutes = LIMITS.signatureAgeMs / 60_000;
    throw refused(header, `was signed more than ${minutes} minutes ago or ahead; compare the sender's clock`);
  }
}

function refused(header: string, why: string): AppError {
  return new AppError('UNAUTHORIZED', {
    message: `This webhook requires a signature in the header ${header}, and the call ${why}`,
    details: { header },
  });
}

function unreadable(header: string): AppError {
  return new AppError('UNAUTHORIZED', {
    message: `This webhook requires a signature in the header ${header}, but its secret can't be read; check the trigger's "signature" and the secret it names`,
    details: { header },
  });
}

/** A check that cannot be made must not pass. */
function unknownScheme(): AppError {
  return new AppError('UNAUTHORIZED', {
    message:
      'This webhook requires a signature of a kind that this release does not know; finish the upgrade of webhook-dispatcher',
  });
}
