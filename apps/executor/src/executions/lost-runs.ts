import { LIMITS, type ExecutionEvent, type Failure } from '@millrace/contracts';

/** Why an execution is given up: so many of its runs were lost. */
export interface Loss {
  readonly lost: number;
  readonly what: string;
}

/** Why an execution failed that is given up for its losses. */
export function abandonment({ lost, what }: Loss): Failure {
  return {
    code: 'EXECUTION_ABANDONED',
    message: `The execution was given up after ${lost} attempts ${what}; executors died while running it`,
    details: { attempts: lost },
  };
}

/** What was recorded before the run that reads it claimed the execution: others may have written behind that claim. */
export function beforeLastClaim(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
  const claim = events.findLastIndex(({ type }) => type === 'started' || type === 'resumed' || type === 'woken');
  return events.slice(0, Math.max(claim, 0));
}

/** The loss for which an execution must be given up, or null. */
export function lossOf(events: readonly ExecutionEvent[]): Loss | null {
  const inARow = lostRuns(events);
  if (inARow >= LIMITS.executionLostRuns) return { lost: inARow, what: 'in a row that reached no result' };
  const inAll = lostRunsInAll(events);
  return inAll >= LIMITS.executionLostRunsInAll ? { lost: inAll, what: 'in all' } : null;
}

/**
 * How many runs of an execution in a row ended without a step's result and without saying why: their executors died, as a
 * rule. A run that was handed over in order (a shutdown, a store that refused) does not count, nor one that was suspended, nor do
 * deliveries, which have other reasons.
 */
export function lostRuns(events: readonly ExecutionEvent[]): number {
  return count(events, true);
}

/** The same in all, whatever results there were between: an execution may not cost an executor for each of its steps. */
export function lostRunsInAll(events: readonly ExecutionEvent[]): number {
  return count(events, false);
}

function count(events: readonly ExecutionEvent[], inARow: boolean): number {
  let lost = 0;
  let running = false;
  for (const event of events) {
    if (event.type === 'started') running = true;
    else if (event.type === 'suspended') {
      running = false;
      if (inARow) lost = 0;
    } else if (event.type === 'woken') {
      if (running) lost++;
      running = true;
    } else if (event.type === 'resumed') {
      if (running && event.handed_over !== true) lost++;
      running = event.handed_over !== true;
    } else if (inARow && (event.type === 'step_completed' || event.type === 'step_failed')) lost = 0;
  }
  return running ? lost + 1 : lost;
}
