interface Queue {
  readonly waiting: (() => void)[];
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
   * `signal` when that comes first.
   */
  async enter(owner: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const queue = this.#queues.get(owner) ?? { waiting: [], inside: 0 };
    this.#queues.set(owner, queue);
    if (this.#hasRoomFor(queue)) this.#admit(queue);
    else await this.#turn(owner, queue, signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(owner, queue);
    };
  }

  /** Whoever gives up makes room for nobody: the owner has others inside, or the room is full. */
  #turn(owner: string, queue: Queue, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        queue.waiting.splice(queue.waiting.indexOf(next), 1);
        if (!isUsed(queue)) this.#queues.delete(owner);
        reject(signal?.reason as Error);
      };
      queue.waiting.push(next);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #hasRoomFor(queue: Queue): boolean {
    return this.#inside < this.width && queue.inside < this.mostOfOne;
  }

  #admit(queue: Queue): void {
    this.#inside++;
    queue.inside++;
  }

  #leave(owner: string, queue: Queue): void {
    this.#inside--;
    queue.inside--;
    // The key that was served goes to the end of the round.
    this.#queues.delete(owner);
    if (isUsed(queue)) this.#queues.set(owner, queue);
    for (const next of this.#queues.values()) {
      while (next.waiting.length > 0 && this.#hasRoomFor(next)) {
        this.#admit(next);
        next.waiting.shift()?.();
      }
    }
  }
}

function isUsed({ inside, waiting }: Queue): boolean {
  return inside > 0 || waiting.length > 0;
}
