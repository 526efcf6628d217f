import type { UnknownStepIn } from './step-references.js';
import type { WorkflowDocument } from './types.js';

/**
 * Returns the document as it is; the compiler checks that targets (`next`, `on_error.goto`, the branches of `condition` and
 * `switch`) and references such as `{{step.output}}` name steps that the document has, nested ones included.
 */
export function defineWorkflow<const D extends WorkflowDocument>(document: D & Checked<D, StepIds<D>>): D {
  return document;
}

/** The ids of a document's steps, for example for the results in an execution. */
export type StepIds<D> = D extends { readonly id: infer Id extends string; readonly type: string }
  ? Id | IdsWithin<D>
  : IdsWithin<D>;

type IdsWithin<D> = D extends readonly (infer Item)[]
  ? StepIds<Item>
  : D extends object
    ? { [K in keyof D]: K extends 'steps' | 'branches' | 'config' ? StepIds<D[K]> : never }[keyof D]
    : never;

/** Members in which `{{ }}` has no meaning. */
type PlainOfDocument = '$schema' | 'name' | 'description' | 'tags' | 'variables' | 'settings';
type PlainOfStep = 'id' | 'type' | 'name' | 'description';
type PlainOfConfig = 'code.source' | 'ai_completion.response_schema' | 'ai_completion.tools';

/** Members of a config that name steps, behind the type of the step: in another one they are values. */
type TargetOfConfig = 'condition.true_branch' | 'condition.false_branch' | 'switch.default';

/** The document with each text that names an unknown step replaced by what is wrong with it. */
type Checked<D, Ids> = {
  readonly [K in keyof D]: K extends 'steps'
    ? CheckedSteps<D[K], Ids>
    : K extends PlainOfDocument
      ? D[K]
      : CheckedValue<D[K], Ids>;
};

type CheckedSteps<Steps, Ids> = { readonly [I in keyof Steps]: CheckedStep<Steps[I], Ids> };

type CheckedStep<S, Ids> = S extends { readonly type: infer Type extends string }
  ? {
      readonly [K in keyof S]: K extends 'next'
        ? CheckedTarget<S[K], Ids>
        : K extends 'on_error'
          ? CheckedMember<S[K], 'goto', Ids>
          : K extends 'config'
            ? CheckedConfig<S[K], Type, Ids>
            : K extends PlainOfStep
              ? S[K]
              : CheckedValue<S[K], Ids>;
    }
  : S;

type CheckedConfig<C, Type extends string, Ids> = {
  readonly [K in keyof C]: CheckedSetting<C[K], `${Type}.${K & string}`, Ids>;
};

type CheckedSetting<V, Place extends string, Ids> = Place extends PlainOfConfig
  ? V
  : Place extends TargetOfConfig
    ? CheckedTarget<V, Ids>
    : Place extends 'switch.cases'
      ? { readonly [I in keyof V]: CheckedMember<V[I], 'then', Ids> }
      : Place extends 'loop.steps'
        ? CheckedSteps<V, Ids>
        : Place extends 'parallel.branches'
          ? { readonly [I in keyof V]: CheckedBranch<V[I], Ids> }
          : CheckedValue<V, Ids>;

type CheckedBranch<B, Ids> = { readonly [K in keyof B]: K extends 'steps' ? CheckedSteps<B[K], Ids> : B[K] };

/** An object of which one member names steps. */
type CheckedMember<V, Target extends string, Ids> = {
  readonly [K in keyof V]: K extends Target ? CheckedTarget<V[K], Ids> : CheckedValue<V[K], Ids>;
};

/** One id, or several. */
type CheckedTarget<V, Ids> = V extends string
  ? V extends Ids
    ? V
    : UnknownStep<V>
  : V extends readonly unknown[]
    ? { readonly [I in keyof V]: CheckedTarget<V[I], Ids> }
    : V;

type CheckedValue<V, Ids> = V extends string
  ? CheckedText<V, Ids>
  : V extends readonly unknown[] | object
    ? { readonly [K in keyof V]: CheckedValue<V[K], Ids> }
    : V;

type CheckedText<S extends string, Ids> =
  UnknownStepIn<S, Ids> extends infer Unknown extends string
    ? [Unknown] extends [never]
      ? S
      : UnknownStep<Unknown>
    : S;

/** An object, and not a text: two different texts together are `never`, and so would be the step, without a reason. */
interface UnknownStep<Id extends string> {
  readonly problem: `no step has the id ${Id}`;
}
