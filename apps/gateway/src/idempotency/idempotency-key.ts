import { createHash, createHmac } from 'node:crypto';
import { keyedId, LIMITS } from '@millrace/contracts';
import type { Request } from 'express';
import type { SealSecrets } from './sealed-answer.js';
import { invalidInput } from '../validation/invalid-input.js';

/** The header, as Node writes it. */
const HEADER = 'idempotency-key';
const FORM = new RegExp(`^[\\x20-\\x7e]{1,${LIMITS.idempotencyKeyLength}}$`);
/** Headers that make another request of the same body. */
const PRECONDITION = 'if-match';

/**
 * The `Idempotency-Key` of a request. The key itself is in no subject, record or log line: what is stored under its name
 * can be found, and its fingerprint be made, only by who has it.
 */
export class IdempotencyKey {
  /** Where its record is found. `name`: SHA-256 of owner and key, base64url. */
  readonly address: { readonly owner: string; readonly name: string };
  /** SHA-256 of the body as it was sent; of none before it is read. */
  #body = createHash('sha256').digest('base64url');

  private constructor(
    owner: string,
    private readonly key: string,
    private readonly request: Request,
  ) {
    const name = createHash('sha256')
      .update(JSON.stringify([owner, key]))
      .digest('base64url');
    this.address = { owner, name };
  }

  /** Whether a request has one, of whatever form. */
  static isIn(request: Request): boolean {
    return request.headers[HEADER] !== undefined;
  }

  /** The key of a request of an organisation, its owner. Throws INVALID_INPUT. */
  static of(request: Request, owner: string): IdempotencyKey {
    const key = request.headers[HEADER];
    if (typeof key === 'string' && FORM.test(key)) return new IdempotencyKey(owner, key, request);
    throw invalidInput(
      [{ path: 'Idempotency-Key', message: `must be 1 to ${LIMITS.idempotencyKeyLength} printable ASCII characters` }],
      'The Idempotency-Key header cannot be used',
    );
  }

  /** What seals the answer: see `sealAnswer`. */
  get secrets(): SealSecrets {
    const { owner, name } = this.address;
    return {
      token: (this.request.headers.authorization ?? '').replace(/^Bearer +/i, ''),
      key: this.key,
      context: `${owner}.${name}`,
    };
  }

  /** Notes the body. */
  sent(body: Buffer): void {
    this.#body = createHash('sha256').update(body).digest('base64url');
  }

  /** Distinguishes this request from others under the same key. */
  fingerprint(): string {
    const { method, originalUrl, headers } = this.request;
    const parts = [method, withoutWait(originalUrl), headers[PRECONDITION] ?? null, this.#body];
    return createHmac('sha256', this.key).update(JSON.stringify(parts)).digest('base64url');
  }

  /** What this request, and no other one under the key, writes into a journal is known by it. */
  get journalId(): string {
    return keyedId(this.address.name, this.fingerprint());
  }
}

/** How long a client waits for the answer makes no other request: a repetition may wait for longer, or not at all. */
function withoutWait(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return url;
  const path = url.slice(0, start);
  const parameters = url.slice(start + 1).split('&');
  const others = parameters.filter((parameter) => !parameter.startsWith('wait='));
  return others.length > 0 ? `${path}?${others.join('&')}` : path;
}
