/** Injection token of what counts the calls of organisations. */
export const RATE_LIMITER = Symbol('email-ingest:rate-limiter');
