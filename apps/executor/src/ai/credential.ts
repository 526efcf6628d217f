import { redactionBy, TextMask, type Redact } from '@millrace/service-kit/redaction';

/** What opens the API of a provider, and keeps out of what is recorded. */
export interface Credential {
  /** Undefined for an API that asks for none. */
  readonly apiKey: string | undefined;
  /** What comes from the provider, without the key: servers repeat what they were sent. As with secrets, a short one is not looked for. */
  readonly redact: Redact;
}

/** The credential of a key. */
export function credentialOf(apiKey: string | undefined): Credential {
  const mask = new TextMask();
  if (apiKey !== undefined) mask.add(apiKey);
  return { apiKey, redact: redactionBy([mask]) };
}

/** The same credential, which keeps these out as well. */
export function alsoHiding(credential: Credential, secrets: readonly string[]): Credential {
  if (secrets.length === 0) return credential;
  const mask = new TextMask();
  secrets.forEach((text) => mask.add(text));
  const others = redactionBy([mask]);
  return { apiKey: credential.apiKey, redact: (leaving) => others(credential.redact(leaving)) };
}
