import { Budget, CLOCK_INTERVAL } from './budget.js';
import { Fault } from './errors.js';
import { type Limits, LIMITS } from './limits.js';
import type { Slot } from './value.js';

/** What an expression can read of one step. */
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
  /** By their ids, the content of files that `text()` and `base64()` read. They fail without it, and with `file` in their error for one that is not in it. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Replacements for limits of the evaluation. */
  readonly limits?: Partial<Limits> | undefined;
  /** Milliseconds of a monotonic clock, for the wall-clock limit only; a shared budget has its own. */
  readonly clock?: (() => number) | undefined;
  /** What this text spends from, together with others; without it the text has a budget of its own. */
  readonly budget?: Budget | undefined;
  /** Goes into errors: JSON path of the text. */
  readonly field?: string | undefined;
  /** Goes into errors: id of the step. */
  readonly stepId?: string | undefined;
}

/** The state of one evaluation: what it reads, what it may still spend, and the variables of running lambdas. */
export class Evaluation {
  readonly empty: boolean;
  readonly limits: Limits;
  #steps = 0;
  /** Steps already charged to the budget. */
  #settled = 0;
  #nextCheck = CLOCK_INTERVAL;
  #budget: Budget | undefined;

  constructor(
    readonly context: Readonly<Record<string, unknown>>,
    readonly options: EvaluateOptions,
    readonly locals: Slot[],
  ) {
    this.empty = options.missing === 'empty';
    this.limits = LIMITS;
    this.#budget = options.budget;
    if (options.limits !== undefined) {
      this.limits = { ...LIMITS, ...options.limits };
      this.#nextCheck = Math.min(CLOCK_INTERVAL, this.limits.steps + 1);
    }
  }

  /** Spends steps. @throws Fault E_LIMIT when none are left or time is up */
  charge(steps: number): void {
    this.#steps += steps;
    if (this.#steps >= this.#nextCheck) this.#checkpoint(steps);
  }

  /** Spends the steps of reading or writing this many characters. */
  chargeText(length: number): void {
    this.charge((length >>> 6) + 1);
  }

  /** Refuses a text longer than the limit, before it is made, and spends its steps. */
  reserveText(length: number): void {
    this.checkText(length);
    this.chargeText(length);
  }

  /** Refuses a text longer than the limit, before it is made. */
  checkText(length: number): void {
    const { textLength } = this.limits;
    if (length <= textLength) return;
    const size = Number.isSafeInteger(length) ? `${String(length)} characters` : 'too many characters';
    throw new Fault('E_LIMIT', `the text has ${size}; at most ${String(textLength)} are possible here`, -1, -1, {
      hint: 'work on a part of it, e.g. slice(0, 10000)',
    });
  }

  /** Refuses an array longer than the limit, before it is made or walked, and spends its steps. */
  reserveArray(length: number): void {
    if (!(length <= this.limits.arrayLength)) throw longArray(length, this.limits);
    this.charge(length + 1);
  }

  /** Charges a shared budget with what was spent. @throws Fault E_LIMIT */
  finish(): void {
    if (this.options.budget !== undefined) this.#settle();
  }

  #checkpoint(latest: number): void {
    if (this.#steps > this.limits.steps) {
      throw new Fault('E_LIMIT', `the evaluation needs more than ${String(this.limits.steps)} steps`, -1, -1, {
        hint: 'work on fewer items, e.g. slice(0, 1000), or use a loop step',
      });
    }
    this.#settle();
    const interval = latest < CLOCK_INTERVAL ? CLOCK_INTERVAL : 0;
    this.#nextCheck = Math.min(this.#steps + interval, this.limits.steps + 1);
  }

  #settle(): void {
    this.#budget ??= new Budget(this.limits, this.options.clock);
    const steps = this.#steps - this.#settled;
    this.#settled = this.#steps;
    this.#budget.spend(steps);
  }
}

/** The error for an array of this length. */
export function longArray(length: number, limits: Limits): Fault {
  const size = Number.isSafeInteger(length) ? `${String(length)} items` : 'too many items';
  return new Fault(
    'E_LIMIT',
    `the array has ${size}; at most ${String(limits.arrayLength)} are possible here`,
    -1,
    -1,
    {
      hint: 'work on a part of it, or let a loop step go through the items',
    },
  );
}
