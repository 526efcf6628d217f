interface Queue {
  readonly waiting: (() => void)[];
  inside: number;
}

/**
 * Lets a few pieces of heavy work in at a time, for the memory that each takes. Owners take turns, and none has more than
 * half of the room, so that the sender of the most waits the longest.
 */
export class Gate {
  readonly #queues = new Map<string, Queue>();
  #inside = 0;

  constructor(private readonly width: number) {}

  /** Resolves when there is room, with the function that gives it back; call that once, whatever happens. */
  async enter(owner: string): Promise<() => void> {
    const queue = this.#queues.get(owner) ?? { waiting: [], inside: 0 };
    this.#queues.set(owner, queue);
    if (this.#hasRoomFor(queue)) this.#admit(queue);
    else await new Promise<void>((resolve) => queue.waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(owner, queue);
    };
  }

  #hasRoomFor(queue: Queue): boolean {
    return this.#inside < this.width && queue.inside < Math.ceil(this.width / 2);
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
    if (queue.inside > 0 || queue.waiting.length > 0) this.#queues.set(owner, queue);
    for (const next of this.#queues.values()) {
      while (next.waiting.length > 0 && this.#hasRoomFor(next)) {
        this.#admit(next);
        next.waiting.shift()?.();
      }
    }
  }
}
