export { rateLimitExceeded, retryAfter } from './rate-limits/exceeded.js';
export { type RateLimitKind, type RateLimitState } from './rate-limits/policies.js';
export { LocalRateLimiter, RateLimiter } from './rate-limits/rate-limiter.js';
