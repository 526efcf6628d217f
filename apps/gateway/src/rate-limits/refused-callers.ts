import { Inject, Injectable } from '@nestjs/common';
import type { LocalRateLimiter } from '@millrace/service-kit/rate-limits';
import type { Request, Response } from 'express';
import { callerKey } from './caller-address.js';
import { answerRateLimits } from './rate-limit-headers.js';
import { REFUSED_LIMITER } from './rate-limits.tokens.js';

/**
 * Counts refused calls of those whom no token vouches for, by their address. A call that is let through is never counted
 * here, and never refused for others' sake, even if they share an address, as clients of one proxy do; but for those of a place, which
 * an address that had too many refused there does not reach until the window ends.
 */
@Injectable()
export class RefusedCallers {
  constructor(@Inject(REFUSED_LIMITER) private readonly limiter: LocalRateLimiter) {}

  /**
   * Counts one refusal, also at the `place` that refused it, if finding that out was some work; throws RATE_LIMIT_EXCEEDED, instead of the
   * reason, when its address has had too many.
   */
  count(request: Request, response: Response, place?: string): void {
    const address = callerKey(request.ip);
    if (place !== undefined) this.limiter.count(`${address} ${place}`);
    answerRateLimits(response, [this.limiter.count(address)]);
  }

  /** Before any work for a call is done: throws RATE_LIMIT_EXCEEDED when its address has had as many refused at the `place` as it may. */
  requireFewAt(place: string, request: Request, response: Response): void {
    const next = this.limiter.next(`${callerKey(request.ip)} ${place}`);
    if (next.exceeded) answerRateLimits(response, [next]);
  }
}
