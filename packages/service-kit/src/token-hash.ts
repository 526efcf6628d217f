import { createHash } from 'node:crypto';

/**
 * What is stored of an API token: the SHA-256 of its text, as hex. A slow hash would add nothing, since a token has at
 * least 128 random bits and can't be guessed from its hash.
 */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
