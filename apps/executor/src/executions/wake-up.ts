/** What a run waits for when there is nothing that it can do. A call before it waits is not forgotten. */
export class WakeUp {
  #isTold = false;
  #resolve: (() => void) | undefined;

  /** There may be something to do. */
  tell(): void {
    this.#isTold = true;
    this.#resolve?.();
  }

  /** Resolves when it was called since it last resolved, which may be at once. */
  async wait(): Promise<void> {
    if (!this.#isTold) await new Promise<void>((resolve) => (this.#resolve = resolve));
    this.#resolve = undefined;
    this.#isTold = false;
  }
}
