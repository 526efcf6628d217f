import { compileExpression } from '../expression.js';
import { isReservedName } from '../names.js';
import { EXAMPLE_CONTEXT, EXAMPLE_OPTIONS } from './example-context.js';
import { helpers } from './table.js';

const examples = [...helpers.values()].flatMap((helper) =>
  helper.examples.map(([expression, result]) => [helper.name, expression, result] as const),
);

describe('the helper table', () => {
  test.each(examples)('%s: %s gives %s', (_, expression, result) => {
    const value = compileExpression(expression).evaluate(EXAMPLE_CONTEXT, EXAMPLE_OPTIONS);
    expect(JSON.stringify(value)).toBe(result);
  });

  test('has no two helpers of one name and none that is a word of the grammar', () => {
    expect(helpers.size).toBeGreaterThan(90);
    for (const name of helpers.keys()) expect(isReservedName(name)).toBe(false);
  });

  test('documents every helper with a sentence and an example', () => {
    for (const helper of helpers.values()) {
      expect(helper.doc).toMatch(/^[A-Z].*\.$/);
      expect(helper.examples.length).toBeGreaterThan(0);
    }
  });
});
