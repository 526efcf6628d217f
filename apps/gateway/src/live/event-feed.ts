/** What comes next of a feed. */
export interface Batch {
  /** As the stream has it; empty when nothing has happened. */
  readonly text: string;
  /** There is more to be read at once. */
  readonly more: boolean;
  /** Nothing will come any more. */
  readonly ended: boolean;
}

/** What one stream sends. */
export interface EventFeed {
  /** Calls `wake` when there may be something new. Resolves when it has begun, with the function that ends it. */
  follow(wake: () => void): Promise<() => void>;
  /** What comes behind what was given before. Throws AppError. */
  next(): Promise<Batch>;
}

/** So often a read is repeated that has not come to what is announced: a copy of the stream that is late may have served the read. */
const LOOKS_FOR_LATE = 20;

/** What was announced and is still to be read. */
export class Announcements {
  #newest = 0;
  #looks = 0;

  constructor(private readonly wake: () => void) {}

  /** Something is stored there. */
  readonly heard = (sequence: number): void => {
    if (sequence <= this.#newest) return;
    this.#newest = sequence;
    this.#looks = LOOKS_FOR_LATE;
    this.wake();
  };

  /** The server may count anew: what was announced before says nothing of what is announced from now on. */
  forget(): void {
    this.#newest = 0;
    this.#looks = 0;
  }

  /** All up to there has been read: wakes again when more is announced. */
  read(sequence: number): void {
    if (sequence >= this.#newest) this.#looks = 0;
    if (this.#looks === 0) return;
    this.#looks -= 1;
    this.wake();
  }
}

/** Rings for one who waits; what rings meanwhile ends the next wait at once. */
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
