import { Fault } from './errors.js';
import { type Limits, LIMITS } from './limits.js';
import type { Slot } from './value.js';
import { wallClock } from './wall-clock.js';

/** What the executor knows about one step. */
export interface StepContext {
  /** The result of the step; absent while it has none. */
  readonly output?: unknown;
  /** The body of an `http` step, else the output. */
  readonly data?: unknown;
  /** `completed`, `failed`, `skipped`, …; `skipped` explains a missing output in messages. */
  readonly status?: unknown;
  readonly error?: unknown;
}

/**
 * What an expression can read. One object serves a whole execution: it is never copied nor changed, and only own
 * properties count. Every value must come from `JSON.parse` or {@link toPlain}. A bare name is a root of this list, or else
 * the id of a step in `steps`; a step that has not run should be there with its status (`{status: 'skipped'}`).
 */
export interface ExpressionContext {
  readonly input?: unknown;
  readonly variables?: unknown;
  readonly secrets?: unknown;
  readonly env?: unknown;
  readonly steps?: { readonly [id: string]: StepContext };
  readonly item?: unknown;
  readonly index?: unknown;
  readonly loop?: unknown;
  readonly execution?: unknown;
  readonly workflow?: unknown;
  readonly trigger?: unknown;
}

/** How to evaluate; everything that could differ between two runs of the same text comes from here. */
export interface EvaluateOptions {
  /** What a missing value does where one is needed: `error` (default) says so, `empty` goes on with nothing. */
  readonly missing?: 'error' | 'empty' | undefined;
  /** The time of `now()` and `today()`: ISO 8601 text or milliseconds since 1970. They fail without it. */
  readonly now?: string | number | undefined;
  /** Source of `random()`, `randomInt()` and `uuid()`: numbers in [0, 1). They fail without it. */
  readonly random?: (() => number) | undefined;
  /** Replacements for limits of the evaluation. */
  readonly limits?: Partial<Limits> | undefined;
  /** Milliseconds of a monotonic clock, for the wall-clock limit only. */
  readonly clock?: (() => number) | undefined;
  /** Goes into errors: JSON path of the text. */
  readonly field?: string | undefined;
  /** Goes into errors: id of the step. */
  readonly stepId?: string | undefined;
}

const CLOCK_INTERVAL = 2048;

/** The state of one evaluation: what it reads, what it may still spend, and the variables of running lambdas. */
export class Evaluation {
  readonly empty: boolean;
  readonly limits: Limits;
  private steps = 0;
  private nextCheck = CLOCK_INTERVAL;
  private deadline = -1;

  constructor(
    readonly context: Readonly<Record<string, unknown>>,
    readonly options: EvaluateOptions,
    readonly locals: Slot[],
  ) {
    this.empty = options.missing === 'empty';
    this.limits = LIMITS;
    if (options.limits !== undefined) {
      this.limits = { ...LIMITS, ...options.limits };
      this.nextCheck = Math.min(CLOCK_INTERVAL, this.limits.steps + 1);
    }
  }

  /** Spends steps. @throws Fault E_LIMIT when none are left or time is up */
  charge(steps: number): void {
    this.steps += steps;
    if (this.steps >= this.nextCheck) this.checkpoint();
  }

  /** Spends the steps of reading or writing this many characters. */
  chargeText(length: number): void {
    this.charge((length >>> 6) + 1);
  }

  /** Refuses a text longer than the limit, before it is made, and spends its steps. */
  reserveText(length: number): void {
    if (!(length <= this.limits.textLength)) {
      throw new Fault('E_LIMIT', `the text would be longer than ${String(this.limits.textLength)} characters`);
    }
    this.chargeText(length);
  }

  /** Refuses an array longer than the limit, before it is made or walked, and spends its steps. */
  reserveArray(length: number): void {
    if (!(length <= this.limits.arrayLength)) {
      throw new Fault('E_LIMIT', `the array is longer than ${String(this.limits.arrayLength)} items`);
    }
    this.charge(length + 1);
  }

  private checkpoint(): void {
    if (this.steps > this.limits.steps) {
      throw new Fault('E_LIMIT', `the evaluation needs more than ${String(this.limits.steps)} steps`, -1, -1, {
        hint: 'work on fewer items, e.g. slice(0, 1000), or use a loop step',
      });
    }
    this.nextCheck = Math.min(this.steps + CLOCK_INTERVAL, this.limits.steps + 1);
    const clock = this.options.clock ?? wallClock;
    if (this.deadline < 0) this.deadline = clock() + this.limits.wallClockMs;
    else if (clock() > this.deadline) {
      throw new Fault('E_LIMIT', `the evaluation takes longer than ${String(this.limits.wallClockMs)} ms`);
    }
  }
}
