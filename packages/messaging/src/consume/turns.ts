interface Waiting {
  readonly alone: boolean;
  readonly begin: () => void;
}

/** Lets the work of a process go on together, except for what has to be alone. First come, first served. */
export class Turns {
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #alone = false;

  /** Runs `work` beside other work. */
  together<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(false, work);
  }

  /** Runs `work` while nothing else goes on. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(true, work);
  }

  async #run<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ alone, begin });
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#running--;
      this.#alone = false;
      this.#next();
    }
  }

  #next(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (this.#alone || (first.alone && this.#running > 0)) return;
      this.#waiting.shift();
      this.#running++;
      this.#alone = first.alone;
      first.begin();
    }
  }
}
