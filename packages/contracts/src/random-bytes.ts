/** Web Crypto, which Node and browsers both have: the package is typed against neither. */
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };

/** Random bytes that nothing has been made of yet: the generator is asked for many at once, since each request gets an id. */
const pool = new Uint8Array(2_048);
let unusedFrom = pool.length;

/** `length` bytes (at most 2,048) from the platform's secure generator. What was made of them stays nowhere. */
export function randomBytes(length: number): Uint8Array {
  if (unusedFrom + length > pool.length) {
    crypto.getRandomValues(pool);
    unusedFrom = 0;
  }
  const end = unusedFrom + length;
  const bytes = pool.slice(unusedFrom, end);
  pool.fill(0, unusedFrom, end);
  unusedFrom = end;
  return bytes;
}
