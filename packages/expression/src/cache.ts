/** Bound of the number of programs kept for each mode. */
const CAPACITY = 5_000;

/** Texts longer than this are compiled anew: few are, and each would push out many others. */
const MAX_SOURCE_LENGTH = 16_384;

/**
 * Programs by source, the least recently used dropped first. Two generations stand in for an exact order: a hit costs one
 * look-up, and what was not used while half the capacity was filled is dropped.
 */
export class ProgramCache<Entry> {
  private young = new Map<string, Entry>();
  private old = new Map<string, Entry>();

  constructor(private readonly capacity: number = CAPACITY) {}

  /** The entry for a source, made by `create` if there is none; a `create` that throws leaves nothing behind. */
  get(source: string, create: (source: string) => Entry): Entry {
    const hit = this.young.get(source);
    if (hit !== undefined) return hit;
    const entry = this.old.get(source) ?? create(source);
    if (source.length <= MAX_SOURCE_LENGTH) this.add(source, entry);
    return entry;
  }

  /** How many entries are held. */
  get size(): number {
    return this.young.size + this.old.size;
  }

  private add(source: string, entry: Entry): void {
    if (this.young.size >= this.capacity / 2) {
      this.old = this.young;
      this.young = new Map();
    }
    this.old.delete(source);
    this.young.set(source, entry);
  }
}
