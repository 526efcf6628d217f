import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import { requireLive } from '@millrace/service-kit/organisations';
import { endpointOf } from '../http/endpoint-metadata.js';
import { isPublic, lacksScope, mayCall } from './access.js';
import type { AuthenticatedRequest } from './principal.js';

/**
 * Refuses a token that lacks the scope of the endpoint, or whose organisation is suspended. Comes behind the rate limit: a call that
 * is refused here has been charged.
 */
@Injectable()
export class ScopeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { principal, isOperator } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const endpoint = endpointOf(context);
    if (isPublic(endpoint)) return true;
    if (isOperator) {
      if (endpoint?.access === 'operator') return true;
      throw new AppError('FORBIDDEN', {
        message: "The operator's token reaches the routes of the operator alone; use a token of the organisation",
        details: { needed_scope: endpoint?.access ?? null },
      });
    }
    if (!principal || !mayCall(principal, endpoint)) throw lacksScope(endpoint);
    requireLive(principal.organisation);
    return true;
  }
}
