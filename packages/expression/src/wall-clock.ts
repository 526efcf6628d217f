const host = globalThis as { performance?: { now(): number } };

/** Milliseconds for the wall-clock limit; never visible to an expression. */
export function wallClock(): number {
  return host.performance === undefined ? Date.now() : host.performance.now();
}
