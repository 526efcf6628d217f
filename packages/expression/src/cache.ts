import { FNV_OFFSET, fnv1aStep } from './fnv1a.js';

/** Bound of the number of programs kept for each mode. */
const CAPACITY = 5_000;

/** The same of the characters of their sources: a program of many small parts takes 160 bytes of memory for each, so that none of the modes takes more than 40 MB. */
const CHARACTERS = 250_000;

/** Texts longer than this are compiled anew: few are, and each would push out many others. */
const MAX_SOURCE_LENGTH = 16_384;

/** Places of the memory of texts seen once; a power of two. */
const SEEN = 16_384;

/**
 * Programs by source, the least recently used dropped first. Two generations stand in for an exact order: a hit costs one
 * look-up, and what was not used while half the capacity was filled is dropped. A text is kept only from its second use on:
 * texts made up once then neither push out those in use nor cost the garbage collector anything.
 */
export class ProgramCache<Entry> {
  #young = new Map<string, Entry>();
  #old = new Map<string, Entry>();
  readonly #seen = new Int32Array(SEEN);
  /** Of the sources in `young`. */
  #characters = 0;

  constructor(
    private readonly capacity: number = CAPACITY,
    private readonly mostCharacters: number = CHARACTERS,
  ) {}

  /** The entry for a source, made by `create` if there is none; a `create` that throws leaves nothing behind. */
  get(source: string, create: (source: string) => Entry): Entry {
    const hit = this.#young.get(source);
    if (hit !== undefined) return hit;
    const kept = this.#old.get(source);
    if (kept !== undefined) {
      this.#add(source, kept);
      return kept;
    }
    const entry = create(source);
    if (source.length <= MAX_SOURCE_LENGTH && this.#sawBefore(source)) this.#add(source, entry);
    return entry;
  }

  /** How many entries are held. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #add(source: string, entry: Entry): void {
    if (this.#young.size >= this.capacity / 2 || this.#characters + source.length > this.mostCharacters / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#characters = 0;
    }
    this.#characters += source.length;
    this.#old.delete(source);
    this.#young.set(source, entry);
  }

  /** Whether a text was asked for before, as far as remembered; a collision only means a text is kept too early or late. */
  #sawBefore(source: string): boolean {
    const hash = hashOf(source);
    const place = hash & (SEEN - 1);
    if (this.#seen[place] === hash) return true;
    this.#seen[place] = hash;
    return false;
  }
}

/** A hash (FNV-1a) of the length and the first and last 128 characters; never 0. */
function hashOf(source: string): number {
  const { length } = source;
  let hash = FNV_OFFSET ^ length;
  const head = Math.min(length, 128);
  for (let at = 0; at < head; at++) hash = fnv1aStep(hash, source.charCodeAt(at));
  for (let at = Math.max(head, length - 128); at < length; at++) hash = fnv1aStep(hash, source.charCodeAt(at));
  return hash | 1;
}
