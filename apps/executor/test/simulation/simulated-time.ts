import type { Clock } from '../../src/clock.js';
import { EPOCH } from './epoch.js';

/** An executor process; a dead one gets no timers, no answers and no appends any more. */
export interface Process {
  alive: boolean;
  /** A paused one gets them when it goes on. */
  paused: boolean;
}

/** Time that passes only when nothing else can happen; each process has its own clock of it. */
export class SimulatedTime {
  /** Things that have happened in all simulated worlds of this test file. */
  static steps = 0;
  readonly #timers: { at: number; order: number; process: Process; run: () => void }[] = [];
  #now = EPOCH;
  #order = 0;

  /** Milliseconds since the Unix epoch. */
  get now(): number {
    return this.#now;
  }

  /** The same as ISO time. */
  get iso(): string {
    return new Date(this.#now).toISOString();
  }

  /** Nothing happens before this time any more. */
  skipTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }

  clockOf(process: Process): Clock {
    return {
      now: () => this.#now,
      after: (milliseconds, run) => {
        const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, process, run };
        this.#timers.push(timer);
        return () => {
          const index = this.#timers.indexOf(timer);
          if (index >= 0) this.#timers.splice(index, 1);
        };
      },
      yield: () => this.pass(process, 0),
    };
  }

  /** So long in the life of a process. */
  pass(process: Process, milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.clockOf(process).after(milliseconds, resolve));
  }

  /** Lets time pass until `done` settles or nothing is left that could happen. */
  async passUntil(done: Promise<unknown>): Promise<void> {
    let finished = false;
    void done.finally(() => (finished = true));
    for (;;) {
      // Everything that can go on without time passing does.
      await new Promise((resolve) => setImmediate(resolve));
      if (finished || !this.#fireNext()) return;
    }
  }

  /** Lets the next thing happen that is due before a time; false when there is none. */
  fireNextBefore(end: number): boolean {
    return this.#fireNext(end);
  }

  #fireNext(end = Infinity): boolean {
    let first = -1;
    this.#timers.forEach((timer, index) => {
      if (!timer.process.alive || timer.process.paused || timer.at > end) return;
      const best = this.#timers[first];
      if (best === undefined || timer.at < best.at || (timer.at === best.at && timer.order < best.order)) first = index;
    });
    const [timer] = first < 0 ? [] : this.#timers.splice(first, 1);
    if (timer === undefined) return false;
    this.skipTo(timer.at);
    SimulatedTime.steps++;
    timer.run();
    return true;
  }
}
