/** Made of the hash of a key and the fingerprint of a request: both are SHA-256 in base64url. */
const FORM = /^(key:[\w-]{43})\.[\w-]{43}$/;

/**
 * The id of what a request under an `Idempotency-Key` writes into a journal. It is another one for another request under the same key: after a failure the
 * key is free for any.
 */
export function keyedId(name: string, fingerprint: string): string {
  return `key:${name}.${fingerprint}`;
}

/** Whether an id is among those of a journal, be it in the form that 0.1 gave it: of the key alone. */
export function isKeyedIdIn(ids: ReadonlySet<string>, id: string): boolean {
  return ids.has(id) || ids.has(FORM.exec(id)?.[1] ?? id);
}
