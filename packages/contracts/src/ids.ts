import { monotonicFactory } from 'ulid';

/** Web Crypto, which Node and browsers both have: the package is typed against neither. */
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };

const nextUlid = monotonicFactory();

/** The kinds of ids, by prefix. Execution ids are time-ordered, so that lists page by id. */
export const ID_PREFIXES = {
  organisation: 'org',
  workflow: 'wf',
  execution: 'exec',
  webhook: 'wh',
  token: 'tok',
} as const;

/** A time-ordered id such as `exec_01JDH…` (26 characters of Crockford base 32, lower case). No dots: ids are subject tokens. */
export function newId(kind: keyof typeof ID_PREFIXES): string {
  return `${ID_PREFIXES[kind]}_${nextUlid().toLowerCase()}`;
}

const SECRET_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** `length` random characters of base 32 (5 bits each) from the platform's secure generator: for tokens and webhook addresses. */
export function randomSecret(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => SECRET_ALPHABET[byte & 31]).join('');
}

/** Milliseconds since the epoch that a time-ordered id was made at, or null when it is none of ours. */
export function idTime(id: string): number | null {
  const match = /^[a-z]+_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}$/.exec(id);
  if (!match?.[1]) return null;
  let time = 0;
  for (const character of match[1]) time = time * 32 + '0123456789abcdefghjkmnpqrstvwxyz'.indexOf(character);
  return time;
}
