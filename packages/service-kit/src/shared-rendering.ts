/** How long a text is shared, in milliseconds. Those who scrape ask every few seconds, so each of them has a new one. */
const SHARED_MS = 1_000;

/** A text that costs time to make: it is made once at a time, and shared for a second by all who ask. */
export class SharedRendering {
  #making: Promise<string> | undefined;
  #made: { readonly text: string; readonly at: number } | undefined;

  /** `now`: milliseconds of a clock that only rises. */
  constructor(
    private readonly render: () => Promise<string>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The text as it is now, or was a second ago at most. Rejects as `render` does, which is tried anew the next time. */
  async text(): Promise<string> {
    if (this.#made !== undefined && this.now() - this.#made.at < SHARED_MS) return this.#made.text;
    this.#making ??= this.#make();
    return this.#making;
  }

  async #make(): Promise<string> {
    try {
      const text = await this.render();
      this.#made = { text, at: this.now() };
      return text;
    } finally {
      this.#making = undefined;
    }
  }
}
