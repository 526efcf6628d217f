/** Web Crypto. Node 18 has it, but not as a global. */
export async function cryptography(): Promise<Crypto> {
  if (globalThis.crypto !== undefined) return globalThis.crypto;
  // Not a literal, so that bundlers for browsers, where it is never reached, do not look for it.
  const specifier: string = 'node:crypto';
  const { webcrypto } = (await import(specifier)) as { webcrypto: Crypto };
  return webcrypto;
}
