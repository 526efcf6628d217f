import { LIMITS, type ChildExecution, type EndEvent } from '@millrace/contracts';
import { StepFailure } from '../steps/step-failure.js';

/** The failure of a step whose execution did not complete; null when it is not known any more how it ended. */
export function childFailure(
  { execution_id, workflow_id }: ChildExecution,
  end: Exclude<EndEvent, { type: 'completed' }> | null,
): StepFailure {
  const of = { execution_id, workflow_id };
  if (end === null) {
    const message = 'The sub-workflow has ended, but its result is not kept any more';
    return new StepFailure('SUB_WORKFLOW_FAILED', message, { details: of });
  }
  if (end.type === 'cancelled') {
    const why = end.reason === undefined ? '' : `: ${end.reason}`;
    const details = { ...of, status: 'cancelled' };
    return new StepFailure('SUB_WORKFLOW_FAILED', `The sub-workflow was cancelled${why}`, { details });
  }
  const { code, message } = end.error;
  const cause = { code, message, ...(end.path === undefined ? {} : { path: end.path }) };
  // Whoever gives the step a `retry` wants another execution, whatever the first one failed of.
  return new StepFailure('SUB_WORKFLOW_FAILED', `The sub-workflow failed: ${message}`, {
    details: { ...of, status: 'failed', cause },
    retryable: true,
  });
}

/** The execution has started as many as it may. */
export function tooManyChildren(): StepFailure {
  const limit = LIMITS.subWorkflowsPerExecution;
  return new StepFailure('SUB_WORKFLOW_LIMIT', `One execution starts at most ${limit} sub-workflows`, {
    details: { limit },
  });
}

/** The journal of an execution is kept for so long. */
export function waitedTooLong(latest: string): StepFailure {
  const message = `The sub-workflow has not ended by ${latest}, and an execution can wait until then at the latest: ${LIMITS.executionWaitMs / 86_400_000} days after its start`;
  return new StepFailure('WAIT_TOO_LONG', message, { details: { until: latest, latest } });
}

/** An execution is started with no more than the API takes. */
export function inputTooLarge(limit: number): StepFailure {
  const message = `The input of a sub-workflow is larger than ${limit} bytes of JSON, or has more than ${LIMITS.jsonValues} values`;
  return new StepFailure('PAYLOAD_TOO_LARGE', message, { details: { limit_bytes: limit } });
}
