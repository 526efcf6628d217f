import type { ExecutionEvent } from '@millrace/contracts';
import type { ChildLedger } from '@millrace/service-kit/child-ledger';
import { isoTime } from '../clock.js';
import type { RunContext } from './run-context.js';
import type { Timers } from './timers.js';

/**
 * The suspension of a run while it is on its way into the journal. When others write something there that the run is to go on with, before it, nobody would
 * wake the run for that any more: so it is taken back.
 */
export class RunSuspension {
  #isWanted: () => boolean = () => true;
  #state: 'none' | 'recorded' | 'unwanted' | 'dropped' = 'none';

  constructor(private readonly timers: Pick<Timers, 'hold' | 'release'>) {}

  /** It is about to be appended, unless it is not wanted any more by then: what is due meanwhile waits. */
  begin(isWanted: () => boolean = () => true): void {
    this.#isWanted = isWanted;
    this.#state = 'recorded';
    this.timers.hold();
  }

  /** There is something to go on with. */
  unwant(): void {
    if (this.#state === 'recorded') this.#state = 'unwanted';
  }

  /** What of these events may still be appended. */
  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    if (!this.#isWanted()) this.unwant();
    // Once it is left out, that holds, whatever comes next: also when what is left is refused once more.
    const isUnwanted = this.#state === 'unwanted' || this.#state === 'dropped';
    if (!isUnwanted || !events.some(isSuspension)) return events;
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

/** That a run ends and another one goes on at `until`: milliseconds since the epoch, Infinity when only others wake it. */
export function suspendedEvent(
  { clock, isAwaited, program }: Pick<RunContext, 'clock' | 'isAwaited' | 'program'>,
  until: number,
  { open }: Pick<ChildLedger, 'open'>,
): ExecutionEvent {
  const ends = until === Infinity ? {} : { until: isoTime(until) };
  const linked = isAwaited === true || open.length > 0 || program.plan.concurrency !== null;
  return { type: 'suspended', at: isoTime(clock.now()), ...ends, ...(linked ? { linked } : {}) };
}

function isSuspension({ type }: ExecutionEvent): boolean {
  return type === 'suspended';
}
