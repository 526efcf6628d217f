import { AppError, type RunRequest } from '@millrace/contracts';
import type { Delivery } from '@millrace/messaging';
import { pause, type Clock } from '../clock.js';
import type { WorkflowProgram } from '../steps/step-program.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';
import type { JournalSubject } from './journal-subject.js';
import type { RunEnds } from './run-ends.js';
import type { Started } from './started-event.js';
import type { VersionPrograms } from './version-programs.js';

/** A snapshot that is missing may be on its way (its bucket is being restored): so often it is looked for, 1 s, 2 s … apart. */
const LOOKS_FOR_VERSION = 3;
const LOOK_INTERVAL_MS = 1_000;

/** Gets the version that an execution runs, or ends the execution for want of it. */
export class VersionLookup {
  constructor(
    private readonly programs: VersionPrograms,
    private readonly ends: RunEnds,
    private readonly clock: Clock,
  ) {}

  /** The program of the version; null when it cannot be run and the execution has been ended for that. */
  async get(
    request: RunRequest,
    delivery: Pick<Delivery, 'signal'>,
    journal: JournalSubject,
  ): Promise<WorkflowProgram | null> {
    for (let look = 1; ; look++) {
      try {
        return await this.programs.get(request);
      } catch (error) {
        if (!(error instanceof AppError) || error.entry.retryable) throw error;
        if (error.code !== 'VERSION_NOT_FOUND' || look === LOOKS_FOR_VERSION) {
          await this.ends.fail(request, journal, { code: error.code, message: error.message, details: error.details });
          return null;
        }
      }
      if (delivery.signal.aborted) throw new ExecutorStoppingError();
      await pause(this.clock, look * LOOK_INTERVAL_MS);
    }
  }

  /** What of it an execution runs that only tries something; null as above. */
  async tested(
    base: WorkflowProgram,
    started: Pick<Started, 'trigger' | 'test'>,
    request: RunRequest,
    journal: JournalSubject,
  ): Promise<WorkflowProgram | null> {
    try {
      return this.programs.tested(base, started, request);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { code, message, details } = error;
      await this.ends.fail(request, journal, { code, message, details });
      return null;
    }
  }
}
