/** From when on messages of an organisation are a burst, by what one process publishes. */
export interface BurstLimits {
  /** So many at once are none yet. */
  readonly messages: number;
  /** And so many more in each second after that. */
  readonly aSecond: number;
}

/** More than the limits of calls let through in a second: only who starts many by itself, or has higher limits, has bursts. */
export const BURST_LIMITS: BurstLimits = { messages: 32, aSecond: 16 };

interface Level {
  /** Messages that count still: `aSecond` of them are forgotten in each second. */
  messages: number;
  isBurst: boolean;
  /** When they were counted. */
  at: number;
}

/**
 * Knows which organisations publish many messages at once: those go to a lane of their kind, or the others of their shared lane
 * would wait until a whole backlog has been looked through. A burst ends when next to nothing has come for so long that all of it
 * is forgotten, so that what follows it does not overtake it. What is kept is as much as publishes within a few seconds.
 */
export class Bursts {
  /** Whoever published last is last. */
  readonly #levels = new Map<string, Level>();

  constructor(private readonly limits: BurstLimits = BURST_LIMITS) {}

  /** How many organisations it knows of. */
  get size(): number {
    return this.#levels.size;
  }

  /** Counts a message of an organisation, and returns whether it is part of a burst. `now` is in milliseconds and never goes back. */
  isPartOf(organisation: string, now: number): boolean {
    this.#forget(now);
    const before = this.#levels.get(organisation);
    const left = before === undefined ? 0 : this.#left(before, now);
    // A longer burst is not remembered for longer.
    const messages = Math.min(left + 1, 2 * this.limits.messages);
    const isBurst = messages > this.limits.messages || (left > 0 && before?.isBurst === true);
    this.#levels.delete(organisation);
    this.#levels.set(organisation, { messages, isBurst, at: now });
    return isBurst;
  }

  #left({ messages, at }: Level, now: number): number {
    return Math.max(0, messages - ((now - at) / 1_000) * this.limits.aSecond);
  }

  #forget(now: number): void {
    for (const [organisation, level] of this.#levels) {
      if (this.#left(level, now) > 0) break;
      this.#levels.delete(organisation);
    }
  }
}
