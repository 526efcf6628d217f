import { LONGEST_TIMER_MS, type Clock } from '../clock.js';

interface Timer {
  readonly time: number;
  readonly isWanted: () => boolean;
  cancel(): void;
}

/** The timers of one run, all ended together. */
export class Timers {
  readonly #timers = new Set<Timer>();
  /** Those that are due while all are held. */
  #held: (() => void)[] | null = null;

  constructor(private readonly clock: Clock) {}

  /**
   * Calls back at a time (milliseconds since the epoch), however far away it is, unless it is not wanted any more by then.
   * Returns how to take it back.
   */
  at(time: number, callback: () => void, isWanted: () => boolean = () => true): () => void {
    let cancel = (): void => undefined;
    const timer: Timer = { time, isWanted, cancel: () => cancel() };
    const arm = (): void => {
      const delay = Math.min(Math.max(0, time - this.clock.now()), LONGEST_TIMER_MS);
      cancel = this.clock.after(delay, () => {
        // A timer may fire a little early, and a far one fires at the longest delay.
        if (this.clock.now() < time) return arm();
        const run = (): void => {
          // It may have been taken back while it was held.
          if (this.#timers.delete(timer) && isWanted()) callback();
        };
        if (this.#held === null) run();
        else this.#held.push(run);
      });
    };
    this.#timers.add(timer);
    arm();
    return () => {
      cancel();
      this.#timers.delete(timer);
    };
  }

  /** The time of the first one that is wanted, Infinity when there is none. */
  earliest(): number {
    let first = Infinity;
    for (const { time, isWanted } of this.#timers) if (time < first && isWanted()) first = time;
    return first;
  }

  /** From now on no timer calls back. */
  hold(): void {
    this.#held ??= [];
  }

  /** Timers call back again; those that were due meanwhile do it now. */
  release(): void {
    const due = this.#held ?? [];
    this.#held = null;
    for (const run of due) run();
  }

  /** Takes all timers back. */
  close(): void {
    this.#held = null;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
