/** Injection token of the {@link RateLimiter}. */
export const RATE_LIMITER = Symbol('RATE_LIMITER');
