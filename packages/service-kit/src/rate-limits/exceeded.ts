import { AppError } from '@millrace/contracts';
import type { RateLimitState } from './policies.js';

/** The refusal of a call that was one too many; `details` has the values for the response's headers. */
export function rateLimitExceeded(state: RateLimitState): AppError {
  return new AppError('RATE_LIMIT_EXCEEDED', {
    message: `Too many requests: the limit of ${state.limit} (${state.kind}) is reached; try again in ${retryAfter(state.resetAt)} s`,
    details: { limit: state.limit, kind: state.kind, reset_at: state.resetAt },
  });
}

/** Seconds until the window ends, for `Retry-After`. */
export function retryAfter(resetAt: number): number {
  return Math.max(1, resetAt - Math.floor(Date.now() / 1000));
}
