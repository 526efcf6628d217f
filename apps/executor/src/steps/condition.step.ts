import { conditionField } from './fields.js';
import type { PureHandler } from './step-handler.js';

/** Output: `{result, branch}`; the branch is `true` or `false`. */
export const condition: PureHandler<'condition'> = {
  kind: 'pure',
  compile(config) {
    const test = conditionField(config.condition, 'condition');
    return (scope, options) => {
      const result = test(scope, options);
      return { result, branch: String(result) };
    };
  },
};
