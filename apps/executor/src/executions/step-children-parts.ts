import type { JournalWriter } from './journal-writer.js';
import type { StepRecorder } from './step-recorder.js';
import type { Timers } from './timers.js';

/** The parts of one run that starting executions takes. */
export interface StepChildrenParts {
  readonly journal: Pick<JournalWriter, 'flush'>;
  readonly record: Pick<StepRecorder, 'waiting' | 'completed' | 'attemptFailed' | 'goesOn'>;
  readonly timers: Timers;
  /** Called when there may be something to do, later than it was asked for. */
  readonly wake: () => void;
  /** Called when the run cannot go on now. */
  readonly broken: (error: unknown) => void;
}
