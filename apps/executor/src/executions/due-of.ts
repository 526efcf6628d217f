import type { DueExecution, RunRequest } from '@millrace/contracts';

/** What the timer says that wakes an execution which the run of this request has suspended. */
export function dueOf(request: RunRequest): DueExecution {
  const { execution_id, organisation_id, workflow_id, version, accepted_at, trigger, request_id, traceparent, awaited } = request; // prettier-ignore
  const generation = request.generation + 1;
  return {
    execution_id,
    organisation_id,
    workflow_id,
    version,
    accepted_at,
    trigger,
    generation,
    ...(request_id === undefined ? {} : { request_id }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(awaited === undefined ? {} : { awaited }),
  };
}
