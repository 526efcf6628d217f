import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import { endpointOf } from '../http/endpoint-metadata.js';
import { mayCall } from './access.js';
import type { AuthenticatedRequest } from './principal.js';

/** Refuses a token that lacks the scope of the endpoint. Stands behind the rate limit: a call that is refused here has been charged. */
@Injectable()
export class ScopeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { principal } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const endpoint = endpointOf(context);
    if (!principal || mayCall(principal, endpoint)) return true;
    throw new AppError('FORBIDDEN', { details: { needed_scope: endpoint?.access ?? null } });
  }
}
