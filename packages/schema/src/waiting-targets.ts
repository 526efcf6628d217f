/**
 * Which targets of a branch may still be waiting when a step of a list runs. What is left of a branch is known by its next
 * target; null means that none is waiting. See `flowOf`.
 */
export class WaitingTargets {
  /** For each position, what may be waiting when the step there runs. */
  readonly #pending: readonly Set<number | null>[];
  /** For a target that waits, what will be waiting when its turn comes. */
  readonly #restAfter: readonly Set<number | null>[];

  /** `size`: how many steps the list has. */
  constructor(size: number) {
    this.#pending = Array.from({ length: size }, () => new Set());
    this.#restAfter = Array.from({ length: size }, () => new Set());
  }

  /** What may be waiting at a position. */
  at(position: number): Iterable<number | null> {
    return this.#pending[position] ?? [];
  }

  /** Notes that `waiting` may be so when the step at `position` runs. */
  add(position: number, waiting: number | null): void {
    this.#pending[position]?.add(waiting);
  }

  /** A target that was waiting runs: what follows it waits from now on. */
  takeUp(target: number): void {
    for (const rest of this.#restAfter[target] ?? []) this.add(target, rest);
  }

  /** A branch is taken at `position`: each of its targets waits for the one before it; after the last, what waited before the branch does. */
  enterBranch(position: number, targets: readonly number[]): void {
    targets.forEach((target, order) => {
      const following = targets[order + 1];
      const known = order === 0 ? this.#pending[target] : this.#restAfter[target];
      for (const waiting of following === undefined ? this.at(position) : [following]) known?.add(waiting);
    });
  }
}
