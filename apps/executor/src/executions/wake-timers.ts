import { ExecutionDue, isEnd, JournalEntry, type RunRequest } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { wakeExecution } from '@millrace/service-kit/wake-execution';
import { dueOf } from './due-of.js';
import { WakeTimes } from './wake-times.js';

/** Sets the timers that wake suspended executions. */
export class WakeTimers {
  readonly #times = new WakeTimes();

  constructor(private readonly bus: Pick<Bus, 'publish' | 'lastOnSubject'>) {}

  /**
   * Sets the timer that wakes a suspended execution. It follows the suspension in the journal: a timer that was set before could
   * wake the execution while it is not suspended yet, for nothing, and then it would never be woken. It comes before the
   * acknowledgement: an executor that dies between leaves the message, and the next one sets the timer.
   */
  async arm(request: RunRequest, until: string | undefined): Promise<void> {
    if (until === undefined) return;
    const at = new Date(this.#times.take(request.organisation_id, Date.parse(until)));
    await this.bus.publish(ExecutionDue, dueOf(request), { at });
  }

  /**
   * How to wake it before its time, once it is suspended. Resolves with whether it is to be waited for: not when it has ended, or others have suspended it since. It keeps
   * nothing of the request that is large. Rejects when it cannot be woken now.
   */
  waker(request: RunRequest): () => Promise<boolean> {
    const due = dueOf(request);
    return async () => {
      const entry = (await this.bus.lastOnSubject(JournalEntry, due))?.payload;
      const last = entry?.events.at(-1);
      if (entry === undefined || last === undefined || isEnd(last)) return false;
      // Else somebody runs it, or it is paused.
      if (last.type !== 'suspended') return true;
      if ((entry.generation ?? 0) >= due.generation) return false;
      await wakeExecution(this.bus, due);
      return true;
    };
  }
}
