/**
 * The random numbers of one step: the same whenever it is evaluated again, so that a replay after a crash sees the same
 * items of a loop, and a retry sends the same idempotency key. Good enough to sample and to make ids unique, not to keep secrets.
 */
export function seededRandom(executionId: string, path: string): () => number {
  let state: Uint32Array | undefined;
  // Most evaluations draw nothing: the seed is worked out for the first number.
  return () => {
    state ??= seedOf(`${executionId}:${path}`);
    return nextNumber(state);
  };
}

/** Four words from a text, by FNV-1a with different offsets. */
function seedOf(text: string): Uint32Array {
  const state = Uint32Array.of(0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35);
  for (let word = 0; word < 4; word++) {
    let hash = state[word] as number;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    state[word] = hash;
  }
  for (let round = 0; round < 8; round++) nextNumber(state);
  return state;
}

/** sfc32: small, fast, and passes the usual test suites. */
function nextNumber(state: Uint32Array): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number];
  const result = (a + b + d) >>> 0;
  state[3] = d + 1;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + result;
  return result / 2 ** 32;
}
