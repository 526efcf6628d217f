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

globalThis.Date = new Proxy(Real, {
  apply: () => new Real(Real.now() + offset).toString(),
  construct: (target, given, wanted) =>
    given.length === 0
      ? Reflect.construct(target, [Real.now() + offset], wanted)
      : Reflect.construct(target, given, wanted),
  get: (target, name, receiver) => (name === 'now' ? () => Real.now() + offset : Reflect.get(target, name, receiver)),
});
