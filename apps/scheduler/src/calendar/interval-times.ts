import type { Occurrence, Times } from './occurrence.js';

/** Nominal times at a fixed distance, counted from `phase`: the same after a restart, and on every replica. Clocks change nothing. */
export class IntervalTimes implements Times {
  constructor(
    private readonly everyMs: number,
    private readonly phase: number,
  ) {}

  after(instant: number): Occurrence {
    const passed = Math.floor((instant - this.phase) / this.everyMs);
    return { at: this.phase + (passed + 1) * this.everyMs, note: null };
  }
}
