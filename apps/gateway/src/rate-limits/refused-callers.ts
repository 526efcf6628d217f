import { Inject, Injectable } from '@nestjs/common';
import type { LocalRateLimiter } from '@millrace/service-kit/rate-limits';
import type { Request, Response } from 'express';
import { callerKey } from './caller-address.js';
import { answerRateLimits } from './rate-limit-headers.js';
import { REFUSED_LIMITER } from './rate-limits.tokens.js';

/**
 * Counts refused calls of those whom no token vouches for, by their address. A call that is let through is never counted
 * here and never refused for others' sake, even if they share an address, as clients of one proxy do.
 */
@Injectable()
export class RefusedCallers {
  constructor(@Inject(REFUSED_LIMITER) private readonly limiter: LocalRateLimiter) {}

  /** Counts one refusal; throws RATE_LIMIT_EXCEEDED, instead of the reason, when its address has had too many. */
  count(request: Request, response: Response): void {
    answerRateLimits(response, [this.limiter.count(callerKey(request.ip))]);
  }
}
