import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SECRET_ALPHABET, secretOf } from '@millrace/contracts';

/** How a token that the API makes begins. */
export const API_TOKEN_PREFIX = 'mr_live_';

/** 5 bits each: 160. */
const RANDOM_CHARACTERS = 32;

/** What 32 bits take. */
const CHECKSUM_CHARACTERS = 7;

const FORM = new RegExp(`^(${API_TOKEN_PREFIX}[a-z2-7]{${RANDOM_CHARACTERS}})([a-z2-7]{${CHECKSUM_CHARACTERS}})$`);

/** Random bytes that a token is made of. */
export const API_TOKEN_BYTES = RANDOM_CHARACTERS;

/** A new token: `mr_live_`, 160 bits of the random bytes and a checksum of both, in base 32 (lower case, RFC 4648). */
export function newApiToken(random: Uint8Array = randomBytes(API_TOKEN_BYTES)): string {
  const text = API_TOKEN_PREFIX + secretOf(random);
  return text + checksum(text);
}

/**
 * False for a text that begins like a token of ours and is none: it was misspelt, cut off or made up. Secret scanners tell
 * real tokens by the same checksum. Tokens of the settings begin as they like, and pass.
 */
export function mayBeApiToken(text: string): boolean {
  if (!text.startsWith(API_TOKEN_PREFIX)) return true;
  const match = FORM.exec(text);
  return match !== null && checksum(match[1] as string) === match[2];
}

/** The CRC-32 (that of zlib) of a text, most significant digit first. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let index = 0; index < CHECKSUM_CHARACTERS; index++) {
    digits = SECRET_ALPHABET.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}
