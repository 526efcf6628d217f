import { AppError, type ErrorIssue, type WorkflowValidation } from '@millrace/contracts';

/** Thrown for an id that is unknown, deleted or another organisation's: the caller can't see which. */
export function workflowNotFound(workflowId: string): AppError {
  return new AppError('WORKFLOW_NOT_FOUND', { details: { workflow_id: workflowId } });
}

/** Thrown for a version that the workflow never had. */
export function versionNotFound(workflowId: string, version: number): AppError {
  return new AppError('VERSION_NOT_FOUND', { details: { workflow_id: workflowId, version } });
}

/** Thrown for a version that the workflow had; `kept` and `keptDays` are the settings that decide when one goes. */
export function versionPruned(
  workflowId: string,
  version: number,
  { kept, keptDays }: { kept: number; keptDays: number },
): AppError {
  return new AppError('VERSION_PRUNED', {
    message: `Version ${version} of the workflow was deleted: it was not among the newest ${kept} any more, and had not been for ${keptDays} days or longer. Only newer ones can be read, compared and restored.`,
    details: { workflow_id: workflowId, version, versions_kept: kept, kept_days: keptDays },
  });
}

/** Thrown when a document has problems; lists all of them. */
export function invalidWorkflow(issues: readonly ErrorIssue[]): AppError {
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see details.issues)` : '';
  const message = first
    ? `The workflow is not valid: ${first.path === '' ? '' : `${first.path}: `}${first.message}${more}`
    : undefined;
  return new AppError('INVALID_INPUT', { ...(message ? { message } : {}), details: { issues } });
}

/** The problems of a document that an error lists; undefined for another error. */
export function problemsIn(error: unknown): WorkflowValidation['problems'] | undefined {
  if (!(error instanceof AppError) || error.code !== 'INVALID_INPUT') return undefined;
  return error.details?.['issues'] as WorkflowValidation['problems'] | undefined;
}

/** Thrown when a delete is not undone any more. */
export function deletedTooLongAgo(workflowId: string, keptDays: number): AppError {
  return new AppError('WORKFLOW_NOT_FOUND', {
    message: `The workflow was deleted more than ${keptDays} days ago, and cannot be restored any more`,
    details: { workflow_id: workflowId, kept_days: keptDays },
  });
}

/** Thrown when the organisation has as many workflows as the installation allows. */
export function tooManyWorkflows(limit: number): AppError {
  return new AppError('QUOTA_EXCEEDED', {
    message: `The organisation has ${limit} workflows, and may not have more. Delete some that are not needed, or ask the operator of this installation to raise MILLRACE_WORKFLOWS_PER_ORGANISATION.`,
    details: { limit, kind: 'workflows' },
  });
}

/** Thrown when the organisation would have more schedules than the installation allows. */
export function tooManySchedules(limit: number, others: number): AppError {
  return new AppError('QUOTA_EXCEEDED', {
    message: `The organisation may have ${limit} schedules and has ${others} in other workflows. Delete some, or ask the operator of this installation to raise MILLRACE_SCHEDULES_PER_ORGANISATION.`,
    details: { kind: 'schedules', limit },
  });
}

/** Thrown when the caller's version is not the current one. */
export function versionConflict(workflowId: string, ifVersion: number, currentVersion: number): AppError {
  return new AppError('VERSION_CONFLICT', {
    message: `The workflow has been changed since it was read: it is at version ${currentVersion}, not ${ifVersion}. Read it again and repeat the change.`,
    details: { workflow_id: workflowId, if_version: ifVersion, current_version: currentVersion },
  });
}

/** Thrown when as many documents of an organisation wait for their check as are allowed. */
export function tooManySaves(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'Too many workflows of the organisation are being saved at once; try again',
    details: { service: 'definitions' },
  });
}

/** Thrown when a change lost against other changes until its time was up. */
export function tooManyWriters(workflowId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The workflow is being changed by many callers at once; try again',
    details: { service: 'definitions', workflow_id: workflowId },
  });
}
