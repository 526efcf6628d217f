import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { keepsAnswer, takesIdempotencyKey, type EndpointDeclaration } from '@millrace/contracts';
import { KeyShares } from '@millrace/service-kit/key-shares';
import type { RateLimiter, RateLimitState } from '@millrace/service-kit/rate-limits';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import type { Response } from 'express';
import { mayCall } from '../auth/access.js';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { endpointOf } from '../http/endpoint-metadata.js';
import { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { KeyedStarts } from '../idempotency/keyed-starts.js';
import { answerRateLimits } from './rate-limit-headers.js';
import { RATE_LIMITER } from './rate-limits.tokens.js';

/** What the gateway counts per organisation, and of the operator; webhook calls are the dispatcher's to count. */
export type ApiLimit = 'api' | 'executions' | 'operator';

/** Under what the operator's calls are counted: no id of an organisation. */
const OPERATOR = 'operator';

/**
 * Counts authenticated calls, also those that the scopes of their token will refuse: a flood of them costs as much. Comes behind
 * the token guard; public routes count for themselves.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter<ApiLimit>,
    private readonly quota: StorageQuota,
    private readonly starts: KeyedStarts,
    private readonly shares: KeyShares,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const response = http.getResponse<Response>();
    const { principal, isOperator } = request;
    const endpoint = endpointOf(context);
    if (isOperator) {
      answerRateLimits(response, [await this.limiter.count('operator', OPERATOR)]);
      if (endpoint?.access === 'operator') await this.#readKey(request, endpoint, OPERATOR);
    }
    if (!principal) return true;
    const { organisationId, organisation } = principal;
    const own = {
      api: organisation?.limits.api_calls_per_hour,
      executions: organisation?.limits.executions_per_minute,
    };
    const counted = (kinds: ('api' | 'executions')[]): Promise<RateLimitState[]> =>
      Promise.all(kinds.map((kind) => this.limiter.count(kind, organisationId, own[kind])));

    let states: RateLimitState[] = [];
    // A token that may start nothing must not use up the starts of the others.
    const allowed = mayCall(principal, endpoint) && !organisation?.suspended;
    let further = allowed ? endpoint?.countedAs : undefined;
    if (allowed && endpoint && takesIdempotencyKey(endpoint) && IdempotencyKey.isIn(request)) {
      states = await counted(['api']);
      answerRateLimits(response, states);
      // A repetition starts nothing.
      if (await this.#readKey(request, endpoint, organisationId)) further = undefined;
      if (further) states.push(...(await counted([further])));
    } else states = await counted(further ? ['api', further] : ['api']);
    answerRateLimits(response, states);
    // Before the body is read. What does not start anything may go on: pausing a workflow is a cure.
    if (further === 'executions') this.quota.require(organisationId);
    return true;
  }

  /** Notes the key of a request that has one, and says whether it was used before; a new one takes of its owner's room. */
  async #readKey(request: AuthenticatedRequest, endpoint: EndpointDeclaration, owner: string): Promise<boolean> {
    if (!takesIdempotencyKey(endpoint) || !IdempotencyKey.isIn(request)) return false;
    const key = IdempotencyKey.of(request, owner);
    request.idempotencyKey = key;
    if (keepsAnswer(endpoint)) request.keyedWrite = key;
    const isKnown = await this.starts.isKnown(key);
    if (!isKnown) await this.shares.take(owner);
    return isKnown;
  }
}
