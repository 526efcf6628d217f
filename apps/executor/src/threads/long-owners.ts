/** How long work is, and for how long it is remembered whose was: milliseconds. */
export interface LongRules {
  readonly longMs: number;
  readonly rememberedMs: number;
}

/** Owners whose work has taken long of late. */
export class LongOwners {
  readonly #until = new Map<string, number>();

  constructor(private readonly rules: LongRules) {}

  has(owner: string): boolean {
    return (this.#until.get(owner) ?? 0) > performance.now();
  }

  /** Notes how many milliseconds work of an owner has taken. */
  took(owner: string, milliseconds: number): void {
    if (milliseconds < this.rules.longMs) return;
    const now = performance.now();
    // The oldest first, as each comes last when it is noted again.
    for (const [one, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(one);
    }
    this.#until.delete(owner);
    this.#until.set(owner, now + this.rules.rememberedMs);
  }
}
