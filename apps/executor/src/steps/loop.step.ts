import { ExactNumber } from '@millrace/expression/exact';
import { valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { ContainerHandler } from './step-handler.js';

/** Output: the last inner output of each item, in item order. Fails with LOOP_LIMIT_EXCEEDED before the first item. */
export const loop: ContainerHandler<'loop'> = {
  kind: 'container',
  compile(config) {
    const itemsOf = valueField(config.items, 'items');
    return (scope, options) => {
      const items = itemsOf(scope, options);
      if (!Array.isArray(items)) {
        throw new StepFailure(
          'EXPRESSION_FAILED',
          `The loop needs an array in config.items, but got ${kindOf(items)}`,
          {
            details: { field: 'config.items' },
          },
        );
      }
      if (items.length > config.max_iterations) {
        throw new StepFailure(
          'LOOP_LIMIT_EXCEEDED',
          `The loop has ${items.length} items, but config.max_iterations allows ${config.max_iterations}`,
          { details: { field: 'config.max_iterations', items: items.length, max_iterations: config.max_iterations } },
        );
      }
      return { kind: 'loop', items, concurrency: config.concurrency, continueOnError: config.continue_on_item_error };
    };
  },
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof ExactNumber) return 'a number';
  return typeof value === 'string' ? 'a text' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
