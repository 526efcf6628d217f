import { toExpressionError } from './errors.js';
import { type EvaluateOptions, Evaluation } from './evaluation.js';
import { equal } from './operators.js';
import type { Slot } from './value.js';

/**
 * Whether two plain values are equal, as `==` has it: deep, without coercion, missing equals null. Spends steps in
 * proportion to what is compared, from the budget of the options if they have one.
 *
 * @example valuesEqual({ a: [1] }, { a: [1] }) // true
 * @throws ExpressionError E_LIMIT
 */
export function valuesEqual(left: unknown, right: unknown, options: EvaluateOptions = {}): boolean {
  try {
    const evaluation = new Evaluation({}, options, []);
    options.budget?.enter();
    const result = equal(evaluation, left as Slot, right as Slot);
    evaluation.finish();
    return result;
  } catch (thrown) {
    throw toExpressionError(thrown, '', { field: options.field, stepId: options.stepId });
  }
}
