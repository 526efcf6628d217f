import type { Clock } from '../src/index.js';

/** A clock that begins at 0, returns at once from a wait and is later by it. */
export class SkippingClock implements Clock {
  readonly waits: number[] = [];
  #now = 0;

  now(): number {
    return this.#now;
  }

  /** @param milliseconds since the epoch */
  set(milliseconds: number): void {
    this.#now = milliseconds;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
    this.#now += milliseconds;
  }
}
