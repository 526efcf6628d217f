/** Milliseconds since the epoch. */
export type Clock = () => number;

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('webhook-dispatcher:clock');
