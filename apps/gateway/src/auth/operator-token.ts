import { timingSafeEqual } from 'node:crypto';
import { tokenHash } from '@millrace/service-kit/token-hash';

/** The token of the operator of the installation, known from the settings; without one there is no operator. */
export class OperatorToken {
  readonly #hash: Buffer | undefined;

  constructor(text: string | undefined) {
    this.#hash = text === undefined ? undefined : Buffer.from(tokenHash(text));
  }

  /** Whether a token with this hash is the operator's, in constant time. */
  hasHash(hash: string): boolean {
    return this.#hash !== undefined && timingSafeEqual(this.#hash, Buffer.from(hash));
  }
}
