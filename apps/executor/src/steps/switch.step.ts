import { valuesEqual } from '@millrace/expression';
import { conditionField, placed, valueField } from './fields.js';
import type { Evaluate, PureHandler } from './step-handler.js';

/** Output: `{value, branch}`; the branch is the position of the first case that fits, or `default`. */
export const switchStep: PureHandler<'switch'> = {
  kind: 'pure',
  compile(config) {
    const valueOf = valueField(config.value, 'value');
    const cases = config.cases.map((one, index): Evaluate<(value: unknown) => boolean> => {
      if (one.when !== undefined) {
        const test = conditionField(one.when, `cases[${index}].when`);
        return (scope, options) => () => test(scope, options);
      }
      const field = `cases[${index}].equals`;
      const expected = valueField(one.equals, field);
      return (scope, options) => (value) => valuesEqual(expected(scope, options), value, placed(options, field));
    });
    return (scope, options) => {
      const value = valueOf(scope, options) ?? null;
      const index = cases.findIndex((fits) => fits(scope, options)(value));
      return { value, branch: index < 0 ? 'default' : String(index) };
    };
  },
};
