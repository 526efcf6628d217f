import { SimulatedTime } from './simulated-time.js';

/** The last test of a file: all its worlds have taken at least so many steps. The files together take a million, always the same number for the same seeds. */
export function expectSteps(least: number): void {
  it(`have taken at least ${least} steps`, () => {
    process.stderr.write(`${expect.getState().testPath?.split('/').at(-1) ?? ''}: ${SimulatedTime.steps} steps\n`);
    if (process.env['MILLRACE_SIMULATION_PROGRAMS'] === undefined)
      expect(SimulatedTime.steps).toBeGreaterThanOrEqual(least);
  });
}
