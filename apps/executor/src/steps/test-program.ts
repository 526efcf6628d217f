import { ERRORS, type ErrorCode, type StandIn, type TestRun } from '@millrace/contracts';
import { marksOf, type StepPlan, type WorkflowPlan } from '@millrace/schema';
import { testPlan } from '../engine/test-plan.js';
import type { SomeStepHandlers } from './registry.js';
import { StepFailure } from './step-failure.js';
import { guardOf, WorkflowProgram, type StepProgram } from './step-program.js';

/** A document ready for one execution that only tries something: some of its steps are not run, and have results all the same. */
export class TestProgram extends WorkflowProgram {
  readonly #standIns = new Map<StepPlan, StepProgram>();
  /** Steps of the workflow's own list that are skipped for want of a result, as another one is tried alone. */
  readonly #skipped: ReadonlySet<string>;

  constructor(
    plan: WorkflowPlan,
    name: string,
    handlers: SomeStepHandlers,
    private readonly test: TestRun,
    length: number,
  ) {
    super(testPlan(plan, test), name, handlers, length);
    const { only } = test;
    const others = only === undefined ? [] : this.plan.root.steps.filter(({ id }) => id !== only);
    this.#skipped = new Set(others.map(({ id }) => id));
  }

  override step(step: StepPlan): StepProgram {
    const known = this.#standIns.get(step);
    if (known !== undefined) return known;
    const made = this.#standInOf(step);
    if (made === null) return super.step(step);
    this.#standIns.set(step, made);
    return made;
  }

  override reachesOutside(step: StepPlan): boolean {
    return this.standIn(step) === undefined && super.reachesOutside(step);
  }

  override standIn(step: StepPlan): 'mock' | 'pin' | 'rendered' | undefined {
    const given = this.#resultOf(step);
    if (given !== undefined) return given.by === 'pin' ? 'pin' : 'mock';
    return this.#isOnlyRendered(step) ? 'rendered' : undefined;
  }

  #resultOf({ id }: StepPlan): StandIn | undefined {
    const { results = {} } = this.test;
    return Object.hasOwn(results, id) ? results[id] : undefined;
  }

  #standInOf(step: StepPlan): StepProgram | null {
    const given = this.#resultOf(step);
    if (given !== undefined) {
      // What its condition reads may be missing where others are not run.
      const guard = this.#skipped.has(step.id) ? null : guardOf(step);
      return { kind: 'pure', guard, evaluate: () => outcomeOf(given) };
    }
    if (this.#skipped.has(step.id)) return { kind: 'pure', guard: () => false, evaluate: () => null };
    if (!this.#isOnlyRendered(step)) return null;
    const program = super.step(step);
    return {
      kind: 'pure',
      guard: program.guard,
      evaluate: (scope, options) => {
        program.evaluate(scope, options);
        return null;
      },
    };
  }

  /** Whether the step would reach outside: a call, another execution, or people. */
  #isOnlyRendered(step: StepPlan): boolean {
    if (this.test.effects !== false || this.#skipped.has(step.id)) return false;
    return super.reachesOutside(step) || marksOf(step.type).reaches !== 'nothing';
  }
}

function outcomeOf({ output, error }: StandIn): unknown {
  if (error === undefined) return output ?? null;
  const code = Object.hasOwn(ERRORS, error.code) ? (error.code as ErrorCode) : 'STEP_FAILED';
  throw new StepFailure(code, error.message, { details: error.details ?? {} });
}
