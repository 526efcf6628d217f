import { LONGEST_TIMER_MS, type Clock } from '../clock.js';

/** The timers of one run, all ended together. */
export class Timers {
  readonly #cancels = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Calls back at a time (milliseconds since the epoch), however far away it is. */
  at(time: number, callback: () => void): void {
    const delay = Math.min(Math.max(0, time - this.clock.now()), LONGEST_TIMER_MS);
    const cancel = this.clock.after(delay, () => {
      this.#cancels.delete(cancel);
      // A timer may fire a little early, and a far one fires at the longest delay.
      if (this.clock.now() < time) this.at(time, callback);
      else callback();
    });
    this.#cancels.add(cancel);
  }

  /** Takes all timers back. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
