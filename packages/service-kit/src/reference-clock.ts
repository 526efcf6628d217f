import type { ServerTime } from '@millrace/messaging';

/**
 * A reading that is further off than this is not believed at once: milliseconds. Less than `LIMITS.scheduleGraceMs`, so that nothing is missed by what
 * is.
 */
const BELIEVED_MS = 5_000;
/** It is believed when so many readings in a row say it. */
const CONFIRMATIONS = 3;
/** How much slower the clock goes until it is no longer ahead: a share. Below 1, so that it never goes back for it. */
const SLOWED_BY = 0.5;

/**
 * The time of another clock: it is what that showed last, and what `performance.now()` has counted since. So it does not matter how the clock of
 * this machine is set. What the other one shows is known as closely as asking it took; of that the earliest is taken, so that nothing is early.
 */
export class ReferenceClock {
  /** Added to the monotonic time; undefined before the first reading. Milliseconds. */
  #offset: number | undefined;
  /** How far the clock was ahead at a monotonic time. It is brought back little by little. */
  #ahead = { by: 0, at: 0 };
  /** Readings in a row that were not believed: above 0 those that say that it is later, below those that say that it is earlier. */
  #doubted = 0;

  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Whole milliseconds since the epoch; undefined before the first reading. */
  now(): number | undefined {
    const monotonic = this.monotonic();
    const offset = this.#offsetAt(monotonic);
    return offset === undefined ? undefined : Math.floor(monotonic + offset);
  }

  /** Follows a reading as far as it contradicts what was known. */
  observe({ at, asked, answered }: ServerTime): void {
    const [earliest, latest] = [at - answered, at - asked];
    const offset = this.#offsetAt(this.monotonic());
    if (offset === undefined) {
      this.#offset = earliest;
      return;
    }
    const error = offset < earliest ? earliest - offset : offset > latest ? latest - offset : 0;
    if (!this.#isBelieved(error)) return;
    if (error > 0) this.#set(earliest, 0);
    if (error < 0) this.#set(latest, error < -BELIEVED_MS ? 0 : -error);
  }

  /** What is to be added to a monotonic time. */
  #offsetAt(monotonic: number): number | undefined {
    if (this.#offset === undefined) return undefined;
    return this.#offset + Math.max(0, this.#ahead.by - (monotonic - this.#ahead.at) * SLOWED_BY);
  }

  #isBelieved(error: number): boolean {
    if (Math.abs(error) <= BELIEVED_MS) this.#doubted = 0;
    else this.#doubted = error * this.#doubted < 0 ? Math.sign(error) : this.#doubted + Math.sign(error);
    if (this.#doubted !== 0 && Math.abs(this.#doubted) < CONFIRMATIONS) return false;
    this.#doubted = 0;
    return true;
  }

  #set(offset: number, ahead: number): void {
    this.#offset = offset;
    this.#ahead = { by: ahead, at: this.monotonic() };
  }
}
