/** Injection token of the limiter of organisations' API calls. */
export const RATE_LIMITER = Symbol('RATE_LIMITER');

/** Injection token of the limiter of refused calls, by address. */
export const REFUSED_LIMITER = Symbol('REFUSED_LIMITER');
