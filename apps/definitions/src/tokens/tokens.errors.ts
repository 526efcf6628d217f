import { AppError, LIMITS } from '@millrace/contracts';

/** Thrown for an id that is unknown, revoked or another organisation's: the caller can't see which. */
export function tokenNotFound(tokenId: string): AppError {
  return new AppError('TOKEN_NOT_FOUND', { details: { token_id: tokenId } });
}

/** Thrown when the caller's version is not the present one. */
export function tokenConflict(tokenId: string, ifVersion: number, currentVersion: number): AppError {
  return new AppError('VERSION_CONFLICT', {
    message: `The API token has been changed since it was read: it is at version ${currentVersion}, not ${ifVersion}. Read it again and repeat the change.`,
    details: { token_id: tokenId, if_version: ifVersion, current_version: currentVersion },
  });
}

/** Thrown for a change to a token that the next start would undo. */
export function tokenFromSettings(tokenId: string): AppError {
  return new AppError('TOKEN_FROM_SETTINGS', { details: { token_id: tokenId } });
}

/** Thrown when the organisation has as many tokens as it may have. */
export function tooManyTokens(): AppError {
  const limit = LIMITS.tokensPerOrganisation;
  return new AppError('QUOTA_EXCEEDED', {
    message: `The organisation has ${limit} API tokens, and may not have more. Revoke those that are not used: last_used_at in the list says when each was.`,
    details: { limit, kind: 'tokens' },
  });
}

/** Thrown when a token would have expired before it can be used. */
export function expiryInThePast(expiresAt: string): AppError {
  const issues = [{ path: 'expires_at', message: `must be in the future, got ${expiresAt}` }];
  return new AppError('INVALID_INPUT', { message: 'expires_at must be in the future', details: { issues } });
}

/** Thrown when a change lost against other changes each time. */
export function tokenBeingChanged(tokenId: string): AppError {
  return new AppError('SERVICE_UNAVAILABLE', {
    message: 'The API token is being changed by others at the same time; try again',
    details: { service: 'definitions', token_id: tokenId },
  });
}
