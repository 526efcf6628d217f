interface Waiting {
  readonly weight: number;
  /** Lower ones go first, of the same owner. */
  readonly rank: (() => number) | undefined;
  readonly enter: () => void;
}

interface Queue {
  readonly waiting: Waiting[];
  isRanked: boolean;
  inside: number;
}

/**
 * Lets a few pieces of heavy work in at a time, for the memory that each takes. Owners take turns, and none has more than
 * half of the room unless it is allowed to, so that the sender of the most waits the longest.
 */
export class Gate {
  readonly #queues = new Map<string, Queue>();
  #inside = 0;

  /** `mostOfOne`: what one owner may have of the room, also while nobody else wants it. */
  constructor(
    private readonly width: number,
    private readonly mostOfOne = Math.ceil(width / 2),
  ) {}

  /**
   * Resolves when there is room, with the function that gives it back; call that once, whatever happens. Rejects with the reason of
   * `signal` when that comes first. `weight` is what a piece takes of the room; a heavier one than an owner may have counts as that much.
   * `rank` is asked whenever there is room: of what waits for one owner the lowest goes first, of equal ones the earliest.
   */
  async enter(owner: string, signal?: AbortSignal, weight = 1, rank?: () => number): Promise<() => void> {
    signal?.throwIfAborted();
    const counted = Math.min(weight, this.mostOfOne);
    const queue = this.#queues.get(owner) ?? { waiting: [], isRanked: false, inside: 0 };
    this.#queues.set(owner, queue);
    // Light pieces that pass a heavy one whose turn it is would keep it outside for ever.
    const isNext = queue.waiting.length === 0 && !this.#isAwaited();
    if (isNext && this.#fitsOwner(queue, counted) && this.#fits(counted)) this.#admit(queue, counted);
    else await this.#turn(owner, queue, { weight: counted, rank }, signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(owner, queue, counted);
    };
  }

  #turn(owner: string, queue: Queue, piece: Omit<Waiting, 'enter'>, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const next = { ...piece, enter };
      const giveUp = (): void => {
        queue.waiting.splice(queue.waiting.indexOf(next), 1);
        if (!isUsed(queue)) this.#queues.delete(owner);
        // What waited behind it may be lighter.
        this.#admitNext();
        reject(signal?.reason as Error);
      };
      queue.waiting.push(next);
      queue.isRanked ||= piece.rank !== undefined;
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #fits(weight: number): boolean {
    return this.#inside + weight <= this.width;
  }

  #fitsOwner({ inside }: Queue, weight: number): boolean {
    return inside + weight <= this.mostOfOne;
  }

  /** Whether somebody waits for nothing but the room. */
  #isAwaited(): boolean {
    for (const queue of this.#queues.values()) {
      const [next] = queue.waiting;
      if (next !== undefined && this.#fitsOwner(queue, next.weight)) return true;
    }
    return false;
  }

  #admit(queue: Queue, weight: number): void {
    this.#inside += weight;
    queue.inside += weight;
  }

  #leave(owner: string, queue: Queue, weight: number): void {
    this.#inside -= weight;
    queue.inside -= weight;
    // The key that was served goes to the end of the round.
    this.#queues.delete(owner);
    if (isUsed(queue)) this.#queues.set(owner, queue);
    this.#admitNext();
  }

  #admitNext(): void {
    for (const queue of this.#queues.values()) {
      // Most of those that wait give up while all places are taken, and then nobody's rank matters.
      if (this.#inside >= this.width) return;
      if (queue.inside >= this.mostOfOne) continue;
      for (let next = nextOf(queue); next !== undefined; next = nextOf(queue)) {
        if (!this.#fitsOwner(queue, next.weight)) break;
        if (!this.#fits(next.weight)) return;
        queue.waiting.splice(queue.waiting.indexOf(next), 1);
        this.#admit(queue, next.weight);
        next.enter();
      }
    }
  }
}

function nextOf({ waiting, isRanked }: Queue): Waiting | undefined {
  if (!isRanked) return waiting[0];
  let first: { readonly piece: Waiting; readonly rank: number } | undefined;
  for (const piece of waiting) {
    const rank = piece.rank?.() ?? 0;
    if (rank < (first?.rank ?? Infinity)) first = { piece, rank };
  }
  return first?.piece;
}

function isUsed({ inside, waiting }: Queue): boolean {
  return inside > 0 || waiting.length > 0;
}
