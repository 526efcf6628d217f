import { ExecutionDue, type RunRequest } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { dueOf } from './due-of.js';
import { WakeTimes } from './wake-times.js';

/** Sets the timers that wake suspended executions. */
export class WakeTimers {
  readonly #times = new WakeTimes();

  constructor(private readonly bus: Pick<Bus, 'publish'>) {}

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
}
