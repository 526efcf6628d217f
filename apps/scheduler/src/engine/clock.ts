/**
 * Injection token of the time by which schedules are due: a function that returns milliseconds since the epoch, the same for all schedulers however the
 * clocks of their machines are set. It throws AppError('SERVICE_UNAVAILABLE') before the time is known.
 */
export const CLOCK = Symbol('scheduler:clock');
