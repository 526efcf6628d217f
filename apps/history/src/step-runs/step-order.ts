/** What places a step run in the list: see {@link StepOrder}. */
export interface StepRank {
  readonly startedAt: string;
  readonly firstSeen: number;
  readonly depth: number;
}

/**
 * Gives step runs their order of start. A loop or parallel is often reported after the steps inside it (its result is
 * one event at its end), and a millisecond holds many pure steps, so times alone don't order them: within the same
 * millisecond a container goes before its contents, and everything else keeps the order of its first event.
 */
export class StepOrder {
  readonly #firstSeen = new Map<string, number>();
  #events = 0;

  /** Notes that an event named `path`; call it for each event, in their order. */
  see(path: string): void {
    if (this.#firstSeen.has(path)) return;
    const position = this.#events++;
    for (const container of containersOf(path)) {
      if (!this.#firstSeen.has(container)) this.#firstSeen.set(container, position);
    }
    this.#firstSeen.set(path, position);
  }

  /** The rank of a step run that has been seen. `startedAt` is ISO 8601 in UTC, so that text order is time order. */
  rank(path: string, startedAt: string): StepRank {
    return { startedAt, firstSeen: this.#firstSeen.get(path) ?? this.#events, depth: containersOf(path).length };
  }
}

/** Negative when `a` started before `b`. A total order over the ranks of one execution. */
export function compareRanks(a: StepRank, b: StepRank): number {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? -1 : 1;
  return a.firstSeen - b.firstSeen || a.depth - b.depth;
}

/** The last segment of a path: `loop[3].send` is a run of step `send`. */
export function stepIdOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Every prefix of a path that may be a step or one of its iterations: of `loop[3].send` these are `loop` and `loop[3]`. */
function containersOf(path: string): string[] {
  const containers: string[] = [];
  for (let index = 1; index < path.length; index++) {
    const character = path[index];
    if (character === '.' || character === '[') containers.push(path.slice(0, index));
  }
  return containers;
}
