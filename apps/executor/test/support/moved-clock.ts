import type { Clock } from '../../src/clock.js';

/** A clock that stands still at 2026-01-02T03:04:05Z until it is moved. */
export class MovedClock implements Clock {
  #now = Date.UTC(2026, 0, 2, 3, 4, 5);
  readonly #timers = new Map<object, { readonly at: number; readonly callback: () => void }>();

  /** Timers that are neither over nor cancelled. */
  get waiting(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = {};
    this.#timers.set(timer, { at: this.#now + milliseconds, callback });
    return () => void this.#timers.delete(timer);
  }

  yield(): Promise<void> {
    return Promise.resolve();
  }

  /** Calls back all whose time has come. */
  move(milliseconds: number): void {
    this.#now += milliseconds;
    for (const [timer, { at, callback }] of [...this.#timers]) {
      if (at > this.#now) continue;
      this.#timers.delete(timer);
      callback();
    }
  }
}
