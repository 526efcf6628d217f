import { AppError } from '@millrace/contracts';
import type { Response } from 'express';
import type { RateLimitState } from './policies.js';

/**
 * Tells the caller where it stands: of several limits the one nearest to its end. Throws RATE_LIMIT_EXCEEDED when a
 * limit has been passed.
 */
export function answerRateLimits(response: Response, states: readonly RateLimitState[]): void {
  const tightest = states.reduce((a, b) => (b.exceeded || (!a.exceeded && b.remaining < a.remaining) ? b : a));
  response.setHeader('X-RateLimit-Limit', tightest.limit);
  response.setHeader('X-RateLimit-Remaining', tightest.remaining);
  response.setHeader('X-RateLimit-Reset', tightest.resetAt);
  if (!tightest.exceeded) return;
  const retryAfter = Math.max(1, tightest.resetAt - Math.floor(Date.now() / 1000));
  response.setHeader('Retry-After', retryAfter);
  throw new AppError('RATE_LIMIT_EXCEEDED', {
    message: `Too many requests: the limit of ${tightest.limit} (${tightest.kind}) is reached; try again in ${retryAfter} s`,
    details: { limit: tightest.limit, kind: tightest.kind, reset_at: tightest.resetAt },
  });
}
