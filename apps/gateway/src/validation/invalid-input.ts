import { AppError, type ErrorIssue } from '@millrace/contracts';

/** INVALID_INPUT with the problems of what was sent. */
export function invalidInput(issues: readonly ErrorIssue[], message?: string): AppError {
  return new AppError('INVALID_INPUT', { ...(message ? { message } : {}), details: { issues } });
}
