import type { ExecutionEvent } from '@millrace/contracts';
import type { Heeding } from './journal-subject.js';
import type { CancelRequests } from './run-cancel.js';
import type { RunSignals } from './run-signals.js';
import type { StepWaits } from './step-waits.js';

/** What heeding takes. */
interface HeedingParts {
  readonly cancel: CancelRequests;
  readonly signals: RunSignals;
  readonly waits: Pick<StepWaits, 'hasSignals' | 'deliver'>;
  /** Whether the run does anything but append how it ends. */
  readonly goesOn: () => boolean;
}

/**
 * What others write into the journal of a run, and what it means for what the run is about to append. A signal that came before the suspension woke nobody, since
 * somebody ran the execution then: so the run is not suspended behind one that a step waits for.
 */
export class RunHeeding implements Heeding {
  #isSuspensionDropped = false;

  constructor(private readonly parts: HeedingParts) {}

  heed(asides: readonly ExecutionEvent[]): void {
    const { cancel, signals, waits, goesOn } = this.parts;
    cancel.heed(asides);
    signals.heed(asides);
    if (goesOn()) waits.deliver();
  }

  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    const { cancel, waits } = this.parts;
    const permitted = cancel.permitted(events);
    if (permitted.at(-1)?.type !== 'suspended' || !waits.hasSignals) return permitted;
    this.#isSuspensionDropped = true;
    return permitted.slice(0, -1);
  }

  /** Whether the suspension was not appended since this was last asked. */
  takeDropped(): boolean {
    const dropped = this.#isSuspensionDropped;
    this.#isSuspensionDropped = false;
    return dropped;
  }
}
