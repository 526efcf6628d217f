/** The name of a header: a token of RFC 9110. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Words that make a header's name that of a credential, wherever they end a part of it, in the plural too: `x-gitlab-token`, `x-hub-signature-256`. */
const CREDENTIAL_WORDS = [
  ...[
    'token',
    'secret',
    'signature',
    'credential',
    'authorization',
    'authentication',
    'bearer',
    'assertion',
    'jwt',
    'hmac',
  ],
  ...['password', 'passwd', 'pwd', 'passphrase', 'passcode', 'apikey', 'cookie', 'sessionid', 'sessid', 'csrf', 'xsrf'],
];

/** Words that mean one only as the whole last part: `x-api-key`, but not `x-monkey`. */
const CREDENTIAL_ENDINGS = new Set(['key', 'auth', 'session', 'sid', 'sig', 'otp', 'pin']);

/** Parts that mean one together, wherever they are. */
const CREDENTIAL_PAIR = /(?:^|-)(?:session-id|api-key)(?:-|$)/;

/** Names that the rules take for credentials and that are none. */
const HARMLESS = new Set(['idempotency-key', 'x-idempotency-key', 'sec-websocket-key']);
/** Where `tokens` are what models read, which services count: `x-ratelimit-remaining-tokens`. */
const RATE_LIMIT = /(?:^|-)rate-?limit-/;

/** Whether a header of that name, in any case, carries a credential: a key, a token, a signature, a cookie. By its name alone. */
export function isCredentialHeader(name: string): boolean {
  const plain = name.toLowerCase().replace(/[_.]/g, '-');
  if (HARMLESS.has(plain)) return false;
  const parts = plain.split('-').filter((part) => part !== 'tokens' || !RATE_LIMIT.test(plain));
  const words = parts.map((part) => part.replace(/(?<!s)s$/, ''));
  return (
    words.some((word) => CREDENTIAL_WORDS.some((credential) => word.endsWith(credential))) ||
    CREDENTIAL_ENDINGS.has(words.at(-1) ?? '') ||
    CREDENTIAL_PAIR.test(words.join('-'))
  );
}
