/** A key that wraps data keys. */
export interface MasterKey {
  /** Is written into everything that the key wraps, so that it can be found again. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const KEY_BYTES = 32;
const LINE = /^([a-z0-9][a-z0-9-]{0,31})\s+([A-Za-z0-9+/]{43}=)$/;

/**
 * Reads the text of a file of master keys: one a line, its id and its 32 bytes in base64; the first is the current one. Empty
 * lines and those that begin with `#` are ignored. Throws an Error that names the line, never what is in it.
 */
export function parseMasterKeys(text: string): MasterKey[] {
  const keys: MasterKey[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, id, base64] = LINE.exec(trimmed) ?? [];
    const key = Buffer.from(base64 ?? '', 'base64');
    if (id === undefined || key.length !== KEY_BYTES)
      throw new Error(
        `line ${index + 1} must be an id and 32 bytes in base64, as "openssl rand -base64 32" makes them`,
      );
    if (keys.some((other) => other.id === id)) throw new Error(`line ${index + 1} repeats the id "${id}"`);
    keys.push({ id, key });
  }
  if (keys.length === 0) throw new Error('it has no key');
  return keys;
}
