import type { ExecutionEvent } from '@millrace/contracts';
import type { Heeding } from './journal-subject.js';
import type { CancelRequests } from './run-cancel.js';
import type { Pause } from './run-pause.js';
import type { RunSignals } from './run-signals.js';
import type { StepWaits } from './step-waits.js';

/** What heeding takes. */
interface HeedingParts {
  readonly cancel: CancelRequests;
  readonly pause: Pause;
  readonly signals: RunSignals;
  readonly waits: Pick<StepWaits, 'deliver'>;
  /** Whether the run does anything but append how it ends. */
  readonly goesOn: () => boolean;
  /** Whether a suspension that is not recorded yet has lost its reason. */
  readonly isVoid: () => boolean;
}

/**
 * What others write into the journal of a run, and what it means for what the run is about to append. What came before the suspension woke nobody, since
 * somebody ran the execution then: so the run is not suspended behind a signal that a step waits for, or for a pause that is over.
 */
export class RunHeeding implements Heeding {
  #isSuspensionDropped = false;

  constructor(private readonly parts: HeedingParts) {}

  heed(asides: readonly ExecutionEvent[]): void {
    const { cancel, pause, signals, waits, goesOn } = this.parts;
    cancel.heed(asides);
    pause.heed(asides);
    signals.heed(asides);
    if (goesOn()) waits.deliver();
  }

  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    const permitted = this.parts.cancel.permitted(events);
    if (permitted.at(-1)?.type !== 'suspended' || !this.parts.isVoid()) return permitted;
    // Once it is left out that holds, also when the execution is paused again before this run knows.
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
