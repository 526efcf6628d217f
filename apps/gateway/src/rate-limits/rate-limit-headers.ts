import { rateLimitExceeded, retryAfter, type RateLimitState } from '@millrace/service-kit/rate-limits';
import type { Response } from 'express';

/**
 * Sets the rate limit headers: of several limits those of the one nearest to its end. Throws RATE_LIMIT_EXCEEDED when a
 * limit has been passed.
 */
export function answerRateLimits(response: Response, states: readonly RateLimitState[]): void {
  const tightest = states.reduce((a, b) => (b.exceeded || (!a.exceeded && b.remaining < a.remaining) ? b : a));
  setRateLimitHeaders(response, tightest);
  if (!tightest.exceeded) return;
  response.setHeader('Retry-After', retryAfter(tightest.resetAt));
  throw rateLimitExceeded(tightest);
}

/** The headers alone. */
export function setRateLimitHeaders(
  response: Response,
  state: Pick<RateLimitState, 'limit' | 'remaining' | 'resetAt'>,
): void {
  response.setHeader('X-RateLimit-Limit', state.limit);
  response.setHeader('X-RateLimit-Remaining', state.remaining);
  response.setHeader('X-RateLimit-Reset', state.resetAt);
}
