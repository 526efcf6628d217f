/** Injection token of the limiter of organisations' API calls. */
export const RATE_LIMITER = Symbol('gateway:rate-limiter');

/** Injection token of the limiter of refused calls, by address. */
export const REFUSED_LIMITER = Symbol('gateway:refused-limiter');

/** Injection token of the limiter of calls of links to approvals, by address. */
export const LINK_LIMITER = Symbol('gateway:link-limiter');
