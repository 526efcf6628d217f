import { AppError } from '@millrace/contracts';

/** Thrown where there is no draft of a workflow. */
export function draftNotFound(workflowId: string): AppError {
  return new AppError('DRAFT_NOT_FOUND', { details: { workflow_id: workflowId } });
}

/** Thrown when the caller's version of a draft is not the current one; `current` is null when there is no draft. */
export function draftConflict(workflowId: string, ifVersion: number, current: number | null): AppError {
  const now = current === null ? 'there is none any more' : `it is at version ${current}, not ${ifVersion}`;
  return new AppError('VERSION_CONFLICT', {
    message: `The draft has been changed since it was read: ${now}. Read it again and repeat the change.`,
    details: { workflow_id: workflowId, if_version: ifVersion, current_version: current },
  });
}

/** Thrown when a draft is published over a version that it was not begun from. */
export function draftOutdated(workflowId: string, basedOn: number, currentVersion: number): AppError {
  return new AppError('VERSION_CONFLICT', {
    message: `The draft is based on version ${basedOn} of the workflow, which is at version ${currentVersion}. Bring both together, and save the draft with "based_on": ${currentVersion}.`,
    details: { workflow_id: workflowId, based_on: basedOn, current_version: currentVersion },
  });
}

/** Thrown when a draft is written by others all the time. */
export function tooManyDraftWriters(workflowId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The draft is being changed by many callers at once; try again',
    details: { service: 'definitions', workflow_id: workflowId },
  });
}
