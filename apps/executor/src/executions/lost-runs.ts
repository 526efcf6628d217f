import type { ExecutionEvent } from '@millrace/contracts';

/**
 * How many runs of an execution in a row ended without a step's result and without saying why: their executors died, as a
 * rule. A run that was handed over in order (a shutdown, a store that refused) does not count, nor do deliveries, which
 * have other reasons.
 */
export function lostRuns(events: readonly ExecutionEvent[]): number {
  let lost = 0;
  let running = false;
  for (const event of events) {
    if (event.type === 'started') running = true;
    else if (event.type === 'resumed') {
      if (running && event.handed_over !== true) lost++;
      running = event.handed_over !== true;
    } else if (event.type === 'step_completed' || event.type === 'step_failed') lost = 0;
  }
  return running ? lost + 1 : lost;
}
