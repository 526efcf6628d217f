/** Injection token of the limiter of organisations' API calls. */
export const RATE_LIMITER = Symbol('gateway:rate-limiter');

/** Injection token of the limiter of refused calls, by address. */
export const REFUSED_LIMITER = Symbol('gateway:refused-limiter');
