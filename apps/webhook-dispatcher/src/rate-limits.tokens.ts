/** Injection token of the limiter of organisations' webhook calls. */
export const RATE_LIMITER = Symbol('webhook-dispatcher:rate-limiter');
