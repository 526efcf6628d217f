import { AppError } from '@millrace/contracts';

/** The token of a call that makes or changes another. */
export interface Granter {
  readonly scopes: readonly string[];
  /** Null for one that does not expire. */
  readonly expiresAt: Date | null;
}

/** Throws FORBIDDEN when the caller would hand out scopes that it does not have. */
export function requireScopes(callerScopes: readonly string[], scopes: readonly string[]): void {
  if (callerScopes.includes('*')) return;
  const missing = scopes.filter((scope) => !callerScopes.includes(scope));
  if (missing.length === 0) return;
  throw new AppError('FORBIDDEN', {
    message: `A token can hand out only scopes that it has itself; it lacks ${missing.join(', ')}. Use a token that has them.`,
    details: { missing_scopes: missing },
  });
}

/** Throws FORBIDDEN when a token would outlive the one that hands its scopes out, which could so make itself one without an end. */
export function requireNoLonger({ expiresAt: until }: Granter, expiresAt: Date | null): void {
  if (until === null || (expiresAt !== null && expiresAt <= until)) return;
  throw new AppError('FORBIDDEN', {
    message: `A token can hand out its scopes only for as long as it has them itself, until ${until.toISOString()}. Use a token that expires later, or never.`,
    details: { expires_at: until.toISOString() },
  });
}
