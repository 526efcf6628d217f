import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/*
 * Loaded into a service before anything else: what it does every ten minutes it does after some seconds, as its monotonic clock then goes on by the rest of the time.
 */

const LONG_MS = 5 * 60_000;
const SHORT_MS = 3_000;
const wait = timers.setTimeout;
const now = performance.now.bind(performance);
let skipped = 0;

performance.now = () => now() + skipped;
/** @param {number} ms @param {[value?: unknown, options?: import('node:timers').TimerOptions]} rest */
const shortened = async (ms, ...rest) => {
  if (!(ms > LONG_MS)) return wait(ms, ...rest);
  const value = await wait(SHORT_MS, ...rest);
  skipped += ms - SHORT_MS;
  return value;
};
Object.assign(timers, { setTimeout: shortened });
syncBuiltinESMExports();
