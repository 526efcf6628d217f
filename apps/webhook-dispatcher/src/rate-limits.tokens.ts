/** Injection token of the limiter of organisations' webhook calls. */
export const RATE_LIMITER = Symbol('RATE_LIMITER');

/** Injection token of the Redis connection that it counts in. */
export const REDIS = Symbol('REDIS');
