import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { parseJson, stringifyJson } from '@millrace/expression/exact';

/*
 * An answer that is kept may hold what is shown once, such as a token. It is encrypted with a key that is made of the caller's token and its
 * Idempotency-Key, neither of which is stored: nobody who reads the bucket can open it, and no other token of the organisation either.
 */

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = 'millrace idempotency answer v1';
/** More than any answer has, so that a damaged one does not become a large heap. */
const MOST_BYTES = 16 * 1024 * 1024;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** An answer as it is given again. `body`: plain JSON; undefined without one. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What opens an answer: the secrets that only its caller has, and where it is kept, so that it opens nowhere else. */
export interface SealSecrets {
  readonly token: string;
  readonly key: string;
  readonly context: string;
}

/** Compresses and seals an answer: nonce, ciphertext, tag. */
export async function sealAnswer(answer: KeptAnswer, secrets: SealSecrets): Promise<Buffer> {
  const plain = await deflate(stringifyJson(answer));
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(secrets), nonce).setAAD(Buffer.from(secrets.context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The answer, or null for whoever has other secrets. */
export async function openAnswer(sealed: Buffer, secrets: SealSecrets): Promise<KeptAnswer | null> {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, sealingKey(secrets), sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(secrets.context))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  let plain: Buffer;
  try {
    plain = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
  return parseJson((await inflate(plain, { maxOutputLength: MOST_BYTES })).toString('utf8')) as KeptAnswer;
}

function sealingKey({ token, key }: SealSecrets): Buffer {
  return Buffer.from(hkdfSync('sha256', token, key, PURPOSE, KEY_BYTES));
}
