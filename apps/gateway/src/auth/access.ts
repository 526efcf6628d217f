import { AppError, type EndpointDeclaration } from '@millrace/contracts';
import type { Principal } from './principal.js';

/** Whether anybody may call the endpoint. Fails closed: a route without a declaration is not public. */
export function isPublic(endpoint: EndpointDeclaration | undefined): boolean {
  return endpoint?.access === 'public';
}

/** Whether a token has the scope of the endpoint. Fails closed: a route without a declaration is open to no token. */
export function mayCall({ scopes }: Principal, endpoint: EndpointDeclaration | undefined): boolean {
  // The operator's are open to no token of an organisation, whatever its scopes.
  if (endpoint === undefined || endpoint.access === 'operator') return false;
  return endpoint.access === 'any_token' || scopes.includes('*') || scopes.includes(endpoint.access);
}

/** Throws FORBIDDEN for a token without the scope of an endpoint, of which a call does a part. */
export function requireScope(principal: Principal, endpoint: EndpointDeclaration): void {
  if (!mayCall(principal, endpoint)) throw lacksScope(endpoint);
}

/** What a token without the scope of an endpoint gets. */
export function lacksScope(endpoint: EndpointDeclaration | undefined): AppError {
  const needed = endpoint?.access ?? null;
  // A route without a declaration is open to nobody, and has no scope to name.
  if (needed === null) return new AppError('FORBIDDEN', { details: { needed_scope: null } });
  const message =
    needed === 'operator'
      ? 'Only the token of the operator may do this'
      : `The API token does not allow this action: it lacks the scope ${needed}`;
  return new AppError('FORBIDDEN', { message, details: { needed_scope: needed } });
}
