import type { RunRequest } from '@millrace/contracts';

/** What a line of the log has about an execution. */
export function idsOf(request: RunRequest): object {
  const { execution_id, organisation_id, workflow_id, request_id } = request;
  return {
    executionId: execution_id,
    organisationId: organisation_id,
    workflowId: workflow_id,
    ...(request_id === undefined ? {} : { requestId: request_id }),
  };
}
