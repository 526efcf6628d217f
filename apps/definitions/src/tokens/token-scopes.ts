import { AppError } from '@millrace/contracts';

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
