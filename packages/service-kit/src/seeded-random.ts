import { createHmac, randomUUID } from 'node:crypto';
import { fnv1a } from '@millrace/contracts';

const NUMBER_BYTES = 4;

/** What the random numbers of an execution come from. */
export interface RandomSource {
  readonly executionId: string;
  /** Undefined for an execution that was begun before there were seeds. */
  readonly seed: string | undefined;
}

/** A seed for a new execution, as text: 122 random bits. Node draws those of UUIDs in blocks, which costs a tenth of `randomBytes`. */
export function newSeed(): string {
  return randomUUID();
}

/**
 * The random numbers (0 … 1) of one step: the same whenever it is evaluated again, so that a replay after a crash sees the
 * same items of a loop, and a retry sends the same idempotency key. Nobody who does not know the seed can guess the next
 * one, also not from all that came before.
 */
export function randomOf({ executionId, seed }: RandomSource, path: string): () => number {
  return seed === undefined ? guessableRandom(executionId, path) : secretRandom(seed, path);
}

/** HMAC-SHA-256 of the step's path and a counter, under the seed; 32 bits of it at a time. */
function secretRandom(seed: string, path: string): () => number {
  let block: Buffer = Buffer.alloc(0);
  let offset = 0;
  let counter = 0;
  // Most evaluations draw nothing: the first block is worked out for the first number.
  return () => {
    if (offset === block.length) {
      block = createHmac('sha256', seed).update(`${path}\0${counter++}`).digest();
      offset = 0;
    }
    const number = block.readUInt32BE(offset);
    offset += NUMBER_BYTES;
    return number / 2 ** 32;
  };
}

/** For executions without a seed: these numbers can be worked out from the id. */
function guessableRandom(executionId: string, path: string): () => number {
  let state: Uint32Array | undefined;
  return () => {
    state ??= stateOf(`${executionId}:${path}`);
    return nextNumber(state);
  };
}

/** Four words from a text, by FNV-1a with different offsets. */
function stateOf(text: string): Uint32Array {
  const state = Uint32Array.of(0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35);
  for (let word = 0; word < 4; word++) state[word] = fnv1a(text, state[word]);
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
