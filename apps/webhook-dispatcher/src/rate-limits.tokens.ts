/** Injection token of the limiter of organisations' webhook calls. */
export const RATE_LIMITER = Symbol('RATE_LIMITER');
