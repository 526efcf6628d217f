import { Fault } from './errors.js';
import { type Limits, LIMITS } from './limits.js';
import { wallClock } from './wall-clock.js';

/** Steps between two looks at the clock. */
export const CLOCK_INTERVAL = 2048;

/** Steps that evaluating a text costs by itself. */
const TEXT_STEPS = 2;

/**
 * What several texts may spend together: those of one run of a step, or of one webhook call. Without one in its options
 * each text, and each configuration, has a budget of its own. Time counts from the beginning of the first text; of a text
 * with a budget of its own from the first look at the clock, which short ones never take.
 *
 * @example const budget = new Budget(); guard.evaluate(context, { budget }); config.evaluate(context, { budget });
 */
export class Budget {
  #steps = 0;
  #nextLook = CLOCK_INTERVAL;
  #deadline = -1;

  /**
   * @param limits replacements of `runSteps` and `wallClockMs`
   * @param clock milliseconds that only grow; wall clock by default
   */
  constructor(
    private readonly limits: Pick<Limits, 'runSteps' | 'wallClockMs'> = LIMITS,
    private readonly clock: () => number = wallClock,
  ) {}

  /** Spends what evaluating a text costs by itself. @throws Fault E_LIMIT */
  enter(): void {
    if (this.#deadline < 0) this.#deadline = this.clock() + this.limits.wallClockMs;
    this.spend(TEXT_STEPS);
  }

  /** Lets time begin anew with the next text: what was waited for between two of them does not count. Steps stay spent. */
  resume(): void {
    this.#deadline = -1;
  }

  /** Spends steps. @throws Fault E_LIMIT when none are left or time is up */
  spend(steps: number): void {
    const { runSteps, wallClockMs } = this.limits;
    this.#steps += steps;
    if (this.#steps > runSteps) {
      throw new Fault('E_LIMIT', `the texts of this step need more than ${String(runSteps)} steps together`, -1, -1, {
        hint: 'divide the work among several steps, or work on fewer items, e.g. slice(0, 1000)',
      });
    }
    if (this.#steps < this.#nextLook) return;
    // What was paid for at once may be one long action of the host: the next one begins with a look at the clock.
    this.#nextLook = this.#steps + (steps < CLOCK_INTERVAL ? CLOCK_INTERVAL : 0);
    const now = this.clock();
    if (this.#deadline < 0) this.#deadline = now + wallClockMs;
    else if (now > this.#deadline) {
      throw new Fault(
        'E_LIMIT',
        `evaluating the texts of this step takes longer than ${String(wallClockMs)} ms`,
        -1,
        -1,
        {
          hint: 'divide the work among several steps, or work on fewer items or shorter texts',
        },
      );
    }
  }
}
