/** How much is begun in a turn of the event loop. */
export interface TurnRules {
  readonly atOnce: number;
  /** While little is let pass, by default the same. What begins together also leaves together, in few writes to few sockets. */
  readonly atOnceWhenCalm?: number;
  /** Turns of the event loop that may {@link LoopTurns.pass} one after another, so that work goes on; none by default. */
  readonly mostPasses?: number;
}

/** Turns that were let pass, less those that were not, above which it is not calm; and up to which they are counted. */
const CALM = 8;
const MOST_COUNTED = 64;

/**
 * Begins pieces of work in turns of their owners, a few in each turn of the event loop. A thousand that arrive at once are all begun in
 * the same turn otherwise, and for as long as that takes the process does nothing else. Where there are few, none waits.
 */
export class LoopTurns {
  readonly #waiting = new Map<string, (() => void)[]>();
  #begun = 0;
  #isScheduled = false;
  #isToPass = false;
  #passed = 0;
  /** From 0 up: how often a turn was let pass of late. */
  #pressure = 0;

  constructor(private readonly rules: TurnRules) {}

  /** Begins `work` now, or when it is the turn of its owner, who is asked for only then. `work` must not throw. */
  begin(ownerOf: () => string, work: () => void): void {
    this.#schedule();
    if (this.#waiting.size === 0 && this.#begun < this.#most) {
      this.#begun++;
      return work();
    }
    const owner = ownerOf();
    const queue = this.#waiting.get(owner) ?? [];
    this.#waiting.set(owner, queue);
    queue.push(work);
  }

  /** Lets what is not begun by now wait for a later turn of the event loop, so that the next one comes sooner. */
  pass(): void {
    this.#isToPass = true;
    this.#schedule();
  }

  get #most(): number {
    const { atOnce, atOnceWhenCalm = atOnce } = this.rules;
    return this.#pressure > CALM ? atOnce : atOnceWhenCalm;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#passes()) return this.#schedule();
      this.#begun = 0;
      while (this.#begun < this.#most && this.#waiting.size > 0) {
        this.#begun++;
        this.#next()?.();
      }
      if (this.#begun > 0) this.#schedule();
    });
  }

  #passes(): boolean {
    this.#pressure = this.#isToPass ? Math.min(this.#pressure + 1, MOST_COUNTED) : Math.max(this.#pressure - 1, 0);
    const passes = this.#isToPass && this.#passed < (this.rules.mostPasses ?? 0);
    this.#isToPass = false;
    this.#passed = passes ? this.#passed + 1 : 0;
    return passes;
  }

  /** The first of the owner whose turn it is, who comes last after it. */
  #next(): (() => void) | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [owner, queue] = first;
    const next = queue.shift();
    this.#waiting.delete(owner);
    if (queue.length > 0) this.#waiting.set(owner, queue);
    return next;
  }
}
