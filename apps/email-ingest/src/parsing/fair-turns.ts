/** Work that takes longer is followed by a rest of its owner that is as long, in milliseconds. */
const LONG_MS = 3_000;

/** Who has work, or had some lately. */
interface Owner {
  readonly waiting: (() => Promise<void>)[];
  /** Milliseconds of its work, counted from what others had used when it came. */
  used: number;
  /** By the clock of {@link FairTurns}; its next turn does not come before. */
  restsUntil: number;
}

/**
 * Work of which one piece is done at a time, of that owner first who has used the least time: who has much of it, or work that takes long,
 * does not hold up who has little. After a long one its owner rests for as long, since others bring their next piece only when the one
 * before is done.
 */
export class FairTurns {
  /** Whose turn it was comes last. */
  readonly #owners = new Map<string, Owner>();
  #isRunning = false;
  /** What the owner had used whose turn it was last: a new one had no time before. */
  #floor = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `now` in milliseconds. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Resolves, or rejects, with what the work does once it is its turn. */
  run<T>(owner: string, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const known = this.#owners.get(owner) ?? { waiting: [], used: 0, restsUntil: 0 };
      this.#owners.set(owner, known);
      if (known.waiting.length === 0) known.used = Math.max(known.used, this.#floor);
      known.waiting.push(() => work().then(resolve, reject));
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    clearTimeout(this.#timer);
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [name, owner] = next;
      this.#floor = owner.used;
      this.#owners.delete(name);
      this.#owners.set(name, owner);
      const began = this.now();
      await owner.waiting.shift()?.();
      const spent = this.now() - began;
      owner.used += spent;
      if (spent > LONG_MS) owner.restsUntil = this.now() + spent;
    }
    this.#isRunning = false;
    this.#wakeLater();
  }

  #next(): [string, Owner] | undefined {
    const now = this.now();
    let next: [string, Owner] | undefined;
    for (const [name, owner] of this.#owners) {
      const isResting = owner.restsUntil > now;
      if (owner.waiting.length === 0) {
        if (!isResting && owner.used <= this.#floor) this.#owners.delete(name);
      } else if (!isResting && (next === undefined || owner.used < next[1].used)) next = [name, owner];
    }
    return next;
  }

  /** Nobody has work but those who rest. */
  #wakeLater(): void {
    const rests = [...this.#owners.values()].filter(({ waiting }) => waiting.length > 0);
    if (rests.length === 0) return;
    const until = Math.min(...rests.map(({ restsUntil }) => restsUntil));
    this.#timer = setTimeout(() => void this.#runAll(), Math.max(1, until - this.now())).unref();
  }
}
