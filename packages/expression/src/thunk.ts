import type { Node } from './ast.js';
import { Fault } from './errors.js';
import type { Evaluation } from './evaluation.js';
import type { Slot } from './value.js';

/** A compiled node: evaluates to a value or to missing. */
export type Thunk = (evaluation: Evaluation) => Slot;

/** A compiled read or method call, given what it reads from. */
export type LinkThunk = (evaluation: Evaluation, base: Slot) => Slot;

/** What the parts of the compiler share. `soft` nodes give missing instead of failing on a missing parent. */
export interface Compiling {
  compile(node: Node, soft: boolean): Thunk;
  /** Declares the names of a lambda while `work` runs; passes it their positions among the variables. */
  withVariables<Result>(names: readonly string[], work: (slots: readonly number[]) => Result): Result;
  /** Place of a lambda variable, or undefined if the name is none. */
  slotOf(name: string): number | undefined;
  /** Notes that the text reads a secret. */
  noteSecret(): void;
}

/** Gives a fault of an operator or helper the place of its node, unless it has one. */
export function placed(thrown: unknown, start: number, end: number): unknown {
  if (thrown instanceof Fault && thrown.start < 0) {
    thrown.start = start;
    thrown.end = end;
  }
  return thrown;
}
