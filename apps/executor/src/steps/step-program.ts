import { compileCondition, compileConfig, type ConfigProgram, type EvaluateOptions } from '@millrace/expression';
import {
  evaluatedCharacters,
  readsOfPlan,
  type PlanReads,
  type StepPlan,
  type StepType,
  type WorkflowPlan,
} from '@millrace/schema';
import type { Opening } from '../engine/frames.js';
import type { Scope } from '../engine/scope.js';
import { reachesOutside, type SomeStepHandlers } from './registry.js';
import { StepFailure } from './step-failure.js';
import type { Attempt, BeginWait, ChildCall, EndedWait, Evaluate, StepHandler, WaitHandler } from './step-handler.js';

type Body =
  | { readonly kind: 'pure'; readonly evaluate: Evaluate<unknown> }
  | { readonly kind: 'container'; readonly evaluate: Evaluate<Opening> }
  | { readonly kind: 'effect'; readonly evaluate: Evaluate<Attempt> }
  | {
      readonly kind: 'wait';
      readonly evaluate: Evaluate<BeginWait>;
      readonly outcome: (ended: EndedWait) => unknown;
      readonly announce: WaitHandler<StepType>['announce'];
    }
  | { readonly kind: 'child'; readonly evaluate: Evaluate<ChildCall> };

/** One step with its texts compiled. */
export type StepProgram = Body & {
  /** Its `if`, or null. */
  readonly guard: Evaluate<boolean> | null;
};

/** Bytes of memory that a character of a document takes as a value, and one of an expression as a program at most: `[1][0]` takes the most. */
const BYTES_OF_VALUE = 10;
const BYTES_OF_PROGRAM = 180;

/** A workflow version ready to run: the plan, and its texts compiled when a step first needs them. Shared by all its executions. */
export class WorkflowProgram {
  readonly #steps = new Map<StepPlan, StepProgram>();
  readonly #retryConditions = new Map<StepPlan, Evaluate<boolean>>();
  #output: Evaluate<unknown> | undefined;
  #concurrencyKey: ConfigProgram | undefined;
  #reads: PlanReads | undefined;
  #memoryBytes: number | undefined;

  constructor(
    readonly plan: WorkflowPlan,
    /** Name of the workflow at this version, for `{{workflow.name}}`. */
    readonly name: string,
    /** A step of a type without one fails with STEP_TYPE_UNAVAILABLE. */
    private readonly handlers: SomeStepHandlers,
    /** Characters of the document. */
    readonly length = 0,
  ) {}

  /** What it takes once all its texts are compiled: an estimate, and rather too much. */
  get memoryBytes(): number {
    this.#memoryBytes ??= this.length * BYTES_OF_VALUE + evaluatedCharacters(this.plan) * BYTES_OF_PROGRAM;
    return this.#memoryBytes;
  }

  /** What the version's texts read beside input and steps. */
  get reads(): PlanReads {
    this.#reads ??= readsOfPlan(this.plan);
    return this.#reads;
  }

  /** Names of the secrets that they read. */
  get secrets(): readonly string[] {
    return this.reads.secrets;
  }

  /** Whether any step has `secrets_in_output`: what holds one has it too. */
  get sealsResults(): boolean {
    return this.plan.root.steps.some((step) => step.secretsInOutput);
  }

  /** Throws ExpressionError for a text that does not compile, StepFailure for a type without a handler. */
  step(step: StepPlan): StepProgram {
    let program = this.#steps.get(step);
    if (program === undefined) {
      program = { ...compileBody(step, this.handlers), guard: guardOf(step) };
      this.#steps.set(step, program);
    }
    return program;
  }

  /** Whether an attempt of the step, once begun, may have had an effect outside: also where it is not known what the step does. */
  reachesOutside(step: StepPlan): boolean {
    return reachesOutside(this.handlers, step.type);
  }

  /** What takes the place of the step's result, where it is not run. */
  standIn(_step: StepPlan): 'mock' | 'pin' | 'rendered' | undefined {
    return undefined;
  }

  /** Whether `retry_if` allows another attempt, or null when the step has none. Throws ExpressionError. */
  retryIf(step: StepPlan, error: object, scope: Scope, options: EvaluateOptions): boolean | null {
    if (step.retry.retryIf === null) return null;
    let condition = this.#retryConditions.get(step);
    if (condition === undefined) {
      const compiled = compileCondition(step.retry.retryIf);
      condition = (given, how) => compiled.evaluate(given, { ...how, field: 'retry.retry_if' });
      this.#retryConditions.set(step, condition);
    }
    // `error` is no root: it is among the steps for this one evaluation.
    return condition({ ...scope, steps: { ...scope.steps, error: error as never } }, options);
  }

  /** What its `settings.concurrency.key` makes of an execution; empty without one. Throws ExpressionError, StepFailure. */
  concurrencyKey(scope: Scope, options: EvaluateOptions): string {
    const key = this.plan.concurrency?.key ?? null;
    if (key === null) return '';
    this.#concurrencyKey ??= compileConfig(key);
    return textOfKey(this.#concurrencyKey.evaluate(scope, { ...options, field: 'settings.concurrency.key' }).value);
  }

  /** The execution's output by the workflow's `output` mapping, or `lastOutput` when it has none. Throws ExpressionError. */
  output(scope: Scope, lastOutput: unknown, options: EvaluateOptions): unknown {
    if (this.plan.output === undefined) return lastOutput;
    if (this.#output === undefined) {
      const compiled = compileConfig(this.plan.output);
      this.#output = (given, how) => compiled.evaluate(given, { ...how, field: 'output' }).value;
    }
    return this.#output(scope, options);
  }
}

/** The `if` of a step, or null. Throws ExpressionError. */
export function guardOf({ if: text }: Pick<StepPlan, 'if'>): Evaluate<boolean> | null {
  if (text === null) return null;
  const guard = compileCondition(text);
  return (scope, options) => guard.evaluate(scope, { ...options, field: 'if' });
}

function textOfKey(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new StepFailure('EXPRESSION_FAILED', 'settings.concurrency.key is to be a text, a number or a boolean', {
    details: { type: value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value },
  });
}

function compileBody(step: StepPlan, handlers: SomeStepHandlers): Body {
  // The config was checked against the type's schema when the plan was made.
  const handler = (handlers as Readonly<Partial<Record<StepType, StepHandler<StepType>>>>)[step.type];
  switch (handler?.kind) {
    case 'pure':
      return { kind: 'pure', evaluate: handler.compile(step.config) };
    case 'container':
      return { kind: 'container', evaluate: handler.compile(step.config) };
    case 'effect':
      return { kind: 'effect', evaluate: handler.compile(step.config) };
    case 'wait':
      return {
        kind: 'wait',
        evaluate: handler.compile(step.config),
        outcome: (ended) => handler.outcome(ended),
        announce: handler.announce,
      };
    case 'child':
      return { kind: 'child', evaluate: handler.compile(step.config) };
    case undefined:
      throw new StepFailure(
        'STEP_TYPE_UNAVAILABLE',
        `This installation has no handler for steps of type "${step.type}"`,
        {
          details: { step_type: step.type },
        },
      );
  }
}
