import type { ExecutionEvent } from '@millrace/contracts';
import type { Timers } from './timers.js';

/**
 * The suspension of a run while it is on its way into the journal. When others write something there that the run is to go on with, before it, nobody would
 * wake the run for that any more: so it is taken back.
 */
export class RunSuspension {
  #state: 'none' | 'recorded' | 'unwanted' | 'dropped' = 'none';

  constructor(private readonly timers: Pick<Timers, 'hold' | 'release'>) {}

  /** It is about to be appended: what is due meanwhile waits. */
  begin(): void {
    this.#state = 'recorded';
    this.timers.hold();
  }

  /** There is something to go on with. */
  unwant(): void {
    if (this.#state === 'recorded') this.#state = 'unwanted';
  }

  /** What of these events may still be appended. */
  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    if (this.#state !== 'unwanted' || !events.some(isSuspension)) return events;
    this.#state = 'dropped';
    return events.filter((event) => !isSuspension(event));
  }

  /** Whether it was taken back, and the run goes on. */
  takeBack(): boolean {
    if (this.#state !== 'dropped') return false;
    this.#state = 'none';
    this.timers.release();
    return true;
  }
}

function isSuspension({ type }: ExecutionEvent): boolean {
  return type === 'suspended';
}
