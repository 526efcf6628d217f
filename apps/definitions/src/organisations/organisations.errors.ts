import { AppError } from '@millrace/contracts';

/** Thrown for an id that is unknown or deleted. */
export function organisationNotFound(id: string): AppError {
  return new AppError('ORGANISATION_NOT_FOUND', { details: { organisation_id: id } });
}

/** Thrown when an organisation is to be deleted that still works. */
export function organisationNotSuspended(id: string): AppError {
  return new AppError('ORGANISATION_NOT_SUSPENDED', { details: { organisation_id: id } });
}

/** Thrown when an organisation is to be deleted that the next start would find in the settings. */
export function organisationFromSettings(id: string): AppError {
  return new AppError('TOKEN_FROM_SETTINGS', {
    message:
      'The settings of the installation name a token of the organisation: take it out of MILLRACE_DEV_TOKEN or MILLRACE_BOOTSTRAP_TOKENS, restart "definitions", and delete the organisation then',
    details: { organisation_id: id },
  });
}

/** Thrown when the caller's version is not the present one. */
export function organisationConflict(id: string, ifVersion: number, currentVersion: number): AppError {
  return new AppError('VERSION_CONFLICT', {
    message: `The organisation has been changed since it was read: it is at version ${currentVersion}, not ${ifVersion}. Read it again and repeat the change.`,
    details: { organisation_id: id, if_version: ifVersion, current_version: currentVersion },
  });
}

/** Thrown when a change lost against other changes each time. */
export function organisationBeingChanged(id: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The organisation is being changed by others at the same time; try again',
    details: { service: 'definitions', organisation_id: id },
  });
}
