/** A piece of work. It does not reject. */
type Work = () => Promise<void>;

interface Owner {
  readonly waiting: Work[];
  running: number;
}

/**
 * Does a number of pieces of work at a time. Owners take turns, and each has only so many under way, so that whoever brings the most waits
 * the longest and delays nobody else.
 */
export class FairPool {
  readonly #owners = new Map<string, Owner>();
  /** Those whose turn may come, in the order of their turns. */
  readonly #turns = new Set<string>();
  readonly #idle: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly width: number,
    private readonly widthOfOne: number,
  ) {}

  /** Resolves when nothing is under way and nothing waits. */
  async drained(): Promise<void> {
    if (this.#owners.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  add(name: string, work: Work): void {
    const owner = this.#owners.get(name) ?? { waiting: [], running: 0 };
    this.#owners.set(name, owner);
    owner.waiting.push(work);
    if (owner.running < this.widthOfOne) this.#turns.add(name);
    this.#startMore();
  }

  #startMore(): void {
    for (const name of this.#turns) {
      if (this.#running >= this.width) return;
      this.#turns.delete(name);
      const owner = this.#owners.get(name);
      const work = owner?.waiting.shift();
      if (owner === undefined || work === undefined) continue;
      owner.running++;
      this.#running++;
      void work().finally(() => this.#ended(name, owner));
      // At the end of the round; the loop comes to it again.
      if (owner.waiting.length > 0 && owner.running < this.widthOfOne) this.#turns.add(name);
    }
  }

  #ended(name: string, owner: Owner): void {
    owner.running--;
    this.#running--;
    if (owner.waiting.length > 0) this.#turns.add(name);
    else if (owner.running === 0) this.#owners.delete(name);
    this.#startMore();
    if (this.#owners.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
