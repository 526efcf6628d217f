import type { WorkflowDocument } from './types.js';

/**
 * Returns the document as it is; the compiler checks that targets (`next`, `true_branch`, …) and references such as
 * `{{step.output}}` name steps that the document has, nested ones included.
 */
export function defineWorkflow<const D extends WorkflowDocument>(document: D & Checked<D>): D {
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

/** Members that name a step. */
type Target = 'next' | 'true_branch' | 'false_branch' | 'default_branch';

/** The document with each text that names an unknown step replaced by what is wrong with it. */
type Checked<D> = CheckedValue<D, StepIds<D>>;

type CheckedValue<V, Ids> = V extends string
  ? CheckedText<V, Ids>
  : V extends readonly unknown[] | object
    ? { readonly [K in keyof V]: K extends Target ? CheckedTarget<V[K], Ids> : CheckedValue<V[K], Ids> }
    : V;

type CheckedTarget<V, Ids> = V extends string ? (V extends Ids ? V : UnknownStep<V>) : V;

/** An object, and not a text: two different texts together are `never`, and so would be the step, without a reason. */
interface UnknownStep<Id extends string> {
  readonly problem: `no step has the id ${Id}`;
}

type CheckedText<S extends string, Ids> =
  Exclude<References<S>, Ids> extends infer Unknown
    ? [Unknown] extends [never]
      ? S
      : UnknownStep<Unknown & string>
    : never;

/** The ids in a text whose expressions begin with `id.output`; anything more involved is left to the server. */
type References<S extends string> = S extends `${string}{{${infer Expression}}}${infer Rest}`
  ? Reference<TrimStart<Expression>> | References<Rest>
  : never;

type Reference<E extends string> = E extends `${infer Id}.output${string}` ? (Id extends Involved ? never : Id) : never;

/** What an id does not have. */
type Involved = `${string}${' ' | '.' | '(' | '[' | '"' | "'" | '!' | '-' | '+' | '{' | '?'}${string}`;

type TrimStart<S extends string> = S extends ` ${infer Rest}` ? TrimStart<Rest> : S;
