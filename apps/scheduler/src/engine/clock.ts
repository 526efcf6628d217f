/** Injection token of the time by which schedules are due: a function that returns milliseconds since the epoch. */
export const CLOCK = Symbol('scheduler:clock');
