import { StepFailure } from '../steps/step-failure.js';

/** The failure of an attempt that ran out of time. */
export function stepTimeout(timeoutMs: number): StepFailure {
  return new StepFailure('STEP_TIMEOUT', `The step took longer than its timeout of ${timeoutMs} ms`, {
    details: { timeout_ms: timeoutMs },
  });
}
