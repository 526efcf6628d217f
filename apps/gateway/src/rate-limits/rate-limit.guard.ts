import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { RateLimiter } from '@millrace/service-kit/rate-limits';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { Response } from 'express';
import { mayCall } from '../auth/access.js';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { endpointOf } from '../http/endpoint-metadata.js';
import { answerRateLimits } from './rate-limit-headers.js';
import { RATE_LIMITER } from './rate-limits.tokens.js';

/** What the gateway counts per organisation; webhook calls are the dispatcher's to count. */
export type ApiLimit = 'api' | 'executions';

/**
 * Counts authenticated calls, also those that the scopes of their token will refuse: a flood of them costs as much. Stands behind
 * the token guard; public routes count for themselves.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter<ApiLimit>,
    private readonly quota: StorageQuota,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { principal } = http.getRequest<AuthenticatedRequest>();
    if (!principal) return true;
    const endpoint = endpointOf(context);
    // A token that may start nothing must not use up the starts of the others.
    const further = mayCall(principal, endpoint) ? endpoint?.countedAs : undefined;
    const kinds: ApiLimit[] = further ? ['api', further] : ['api'];
    const states = await Promise.all(kinds.map((kind) => this.limiter.count(kind, principal.organisationId)));
    answerRateLimits(http.getResponse<Response>(), states);
    // Before the body is read. What does not start anything may go on: pausing a workflow is a cure.
    if (further === 'executions') this.quota.require(principal.organisationId);
    return true;
  }
}
