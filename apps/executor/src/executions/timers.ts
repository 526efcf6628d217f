import { LONGEST_TIMER_MS, type Clock } from '../clock.js';

interface Timer {
  readonly time: number;
  readonly isWanted: () => boolean;
  arm(): void;
  cancel(): void;
}

/** The timers of one run, all ended together. */
export class Timers {
  readonly #timers = new Set<Timer>();
  #isHeld = false;

  constructor(private readonly clock: Clock) {}

  /**
   * Calls back at a time (milliseconds since the epoch), however far away it is, unless it is not wanted any more by then.
   * Returns how to take it back.
   */
  at(time: number, callback: () => void, isWanted: () => boolean = () => true): () => void {
    let cancel = (): void => undefined;
    const arm = (): void => {
      const delay = Math.min(Math.max(0, time - this.clock.now()), LONGEST_TIMER_MS);
      cancel = this.clock.after(delay, () => {
        // A timer may fire a little early, and a far one fires at the longest delay.
        if (this.clock.now() < time) return arm();
        this.#timers.delete(timer);
        if (isWanted()) callback();
      });
    };
    const timer: Timer = { time, isWanted, arm, cancel: () => cancel() };
    this.#timers.add(timer);
    if (!this.#isHeld) arm();
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

  /** None fires until they are released; then those that are due do. */
  hold(): void {
    this.#isHeld = true;
    for (const timer of this.#timers) timer.cancel();
  }

  release(): void {
    this.#isHeld = false;
    for (const timer of this.#timers) timer.arm();
  }

  /** Takes all timers back. */
  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
