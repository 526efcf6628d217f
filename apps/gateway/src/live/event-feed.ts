/** What comes next of a feed. */
export interface Batch {
  /** As the stream has it; empty when nothing has happened. */
  readonly text: string;
  /** There is more to be read at once. */
  readonly more: boolean;
  /** Nothing will come any more. */
  readonly ended: boolean;
}

/** What one stream tells. */
export interface EventFeed {
  /** Calls `wake` when there may be something new. Resolves when it has begun, with the function that ends it. */
  follow(wake: () => void): Promise<() => void>;
  /** What comes behind what was given before. Throws AppError. */
  next(): Promise<Batch>;
}

/** Rings for one who waits; what rings meanwhile is heard by the next wait. */
export class Bell {
  #isRung = false;
  #waiting: (() => void) | undefined;

  readonly ring = (): void => {
    this.#isRung = true;
    this.#waiting?.();
  };

  /** Resolves when it rings or has rung, at the latest after `ms`. */
  async heard(ms: number): Promise<void> {
    if (!this.#isRung)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#waiting = undefined;
    this.#isRung = false;
  }
}
