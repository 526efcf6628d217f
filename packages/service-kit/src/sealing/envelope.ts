import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.js';
import type { MasterKey } from './master-keys.js';

/**
 * Envelope encryption. A text is encrypted with a data key of its own, which is wrapped by a master key; both with AES-256-GCM.
 * What it is for (its *context*: kind, organisation, name) is authenticated with it, so that it opens nowhere else. The result is
 * `v1.<id of the master key>.<wrapped data key>.<ciphertext>`, the last two in base64url: nonce, ciphertext, tag.
 */

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^v1\.([a-z0-9-]{1,32})\.([\w-]+)\.([\w-]+)$/;

/** A sealed text is damaged, or belongs somewhere else. The message has nothing of it. */
export class SealBrokenError extends Error {
  constructor() {
    super('A sealed text cannot be opened: it is damaged, or was sealed for something else');
    this.name = 'SealBrokenError';
  }
}

/** Seals a text. Throws SERVICE_UNAVAILABLE without a master key. */
export function sealed(text: string, context: readonly string[], keyring: Keyring): string {
  const dataKey = randomBytes(KEY_BYTES);
  const ciphertext = encrypt(dataKey, Buffer.from(text, 'utf8'), context);
  return joined(keyring.current, dataKey, ciphertext, context);
}

/** Opens what was sealed in the same context. Throws {@link SealBrokenError}, SERVICE_UNAVAILABLE when its master key is not there. */
export function openSealed(text: string, context: readonly string[], keyring: Keyring): string {
  const { dataKey, ciphertext } = unwrapped(text, context, keyring);
  return decrypt(dataKey, ciphertext, context).toString('utf8');
}

/** The same text, its data key wrapped by the current master key. Throws as {@link openSealed}. */
export function resealed(text: string, context: readonly string[], keyring: Keyring): string {
  if (keyIdOf(text) === keyring.current.id) return text;
  const { dataKey, ciphertext } = unwrapped(text, context, keyring);
  return joined(keyring.current, dataKey, ciphertext, context);
}

/** The id of the master key that a sealed text needs. Throws {@link SealBrokenError}. */
export function keyIdOf(text: string): string {
  return partsOf(text).keyId;
}

/** What of a sealed text stays when another master key wraps it, and no other one has. Throws {@link SealBrokenError}. */
export function sealIdOf(text: string): string {
  return partsOf(text).ciphertext.toString('base64url');
}

function joined(master: MasterKey, dataKey: Buffer, ciphertext: Buffer, context: readonly string[]): string {
  const wrapped = encrypt(master.key, dataKey, wrapping(master.id, context));
  return `v1.${master.id}.${wrapped.toString('base64url')}.${ciphertext.toString('base64url')}`;
}

function unwrapped(
  text: string,
  context: readonly string[],
  keyring: Keyring,
): { dataKey: Buffer; ciphertext: Buffer } {
  const { keyId, wrapped, ciphertext } = partsOf(text);
  return { dataKey: decrypt(keyring.find(keyId).key, wrapped, wrapping(keyId, context)), ciphertext };
}

function wrapping(keyId: string, context: readonly string[]): string[] {
  return ['data key', keyId, ...context];
}

function partsOf(text: string): { keyId: string; wrapped: Buffer; ciphertext: Buffer } {
  const [, keyId, wrapped, ciphertext] = FORM.exec(text) ?? [];
  if (keyId === undefined || wrapped === undefined || ciphertext === undefined) throw new SealBrokenError();
  return { keyId, wrapped: Buffer.from(wrapped, 'base64url'), ciphertext: Buffer.from(ciphertext, 'base64url') };
}

function encrypt(key: Buffer, plain: Buffer, context: readonly string[]): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(JSON.stringify(context)));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, bytes: Buffer, context: readonly string[]): Buffer {
  const end = bytes.length - TAG_BYTES;
  if (end < NONCE_BYTES) throw new SealBrokenError();
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(JSON.stringify(context)));
  decipher.setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
  } catch {
    throw new SealBrokenError();
  }
}
