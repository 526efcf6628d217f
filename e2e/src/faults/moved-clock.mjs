import { readFileSync } from 'node:fs';

/*
 * Loaded into a service before anything else: its wall clock is off by as many milliseconds as a file says, from one moment to the next, while what is monotonic in it goes on as it
 * was. So a clock that is set moves a process.
 */

const LOOK_EVERY_MS = 50;
const file = process.env['MILLRACE_TEST_CLOCK_FILE'];
const Real = Date;
let offset = 0;

const look = () => {
  try {
    offset = Number(readFileSync(file ?? '', 'utf8')) || 0;
  } catch {
    // Not written yet.
  }
};
look();
setInterval(look, LOOK_EVERY_MS).unref();

const Moved = new Proxy(Real, {
  apply: () => new Real(Real.now() + offset).toString(),
  construct: (target, given, wanted) => {
    /** @type {unknown} */
    const date = Reflect.construct(target, given.length === 0 ? [Real.now() + offset] : given, wanted);
    return /** @type {Date} */ (date);
  },
  get: (target, name, receiver) =>
    name === 'now' ? () => Real.now() + offset : /** @type {unknown} */ (Reflect.get(target, name, receiver)),
});
Object.assign(globalThis, { Date: Moved });
