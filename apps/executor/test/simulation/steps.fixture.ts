import { SimulatedTime } from './simulated-time.js';

const { MILLRACE_SIMULATION_PROGRAMS: asked, MILLRACE_LONG: long, MILLRACE_SIMULATION_SEED: seed = '1' } = process.env;

/** More programs, or one that failed: MILLRACE_SIMULATION_PROGRAMS=100000, MILLRACE_SIMULATION_SEED=123. `npm run test:long -- simulation` has 10,000. */
export const PROGRAMS = Number(asked ?? (long === '1' ? 10_000 : 500));
export const FIRST_SEED = Number(seed);

/** With fewer, what seldom happens may not happen at all. */
const FEWEST = 500;

/** What the tests name as a number is for 2,000 programs; this is that for {@link PROGRAMS}. */
export function scaled(number: number): number {
  return Math.ceil((number * PROGRAMS) / 2_000);
}

/** Of fewer programs than 2,000 chance has its part in how many steps they take: a third of what would be usual is enough. */
const leastOf = (least: number) => (least * PROGRAMS) / (PROGRAMS < 2_000 ? 6_000 : 2_000);

/** Something has happened that often, of 2,000 programs: with a generator that stopped making interesting ones the test would be worth nothing. */
export function expectOften(times: number, least: number): void {
  if (PROGRAMS >= FEWEST) expect(times).toBeGreaterThan(leastOf(least));
}

/** The last test of a file: of 2,000 programs all its worlds have taken at least so many steps. The files together take a million then, always the same number for the same seeds. */
export function expectSteps(least: number): void {
  it(`have taken enough steps, of 2,000 programs ${least}`, () => {
    process.stderr.write(`${expect.getState().testPath?.split('/').at(-1) ?? ''}: ${SimulatedTime.steps} steps\n`);
    if (PROGRAMS >= FEWEST) expect(SimulatedTime.steps).toBeGreaterThanOrEqual(leastOf(least));
  });
}
