import { stringifyJson } from '@millrace/expression/exact';
import { valueField } from './fields.js';
import type { PureHandler } from './step-handler.js';

/** Output: `{status, output?, message?}`, from which the engine takes how the execution ends. */
export const stop: PureHandler<'stop'> = {
  kind: 'pure',
  compile(config) {
    const outputOf = valueField(config.output, 'output');
    const messageOf = valueField(config.message, 'message');
    return (scope, options) => {
      const message = messageOf(scope, options);
      return {
        status: config.status,
        ...(config.output === undefined ? {} : { output: outputOf(scope, options) }),
        ...(message === undefined ? {} : { message: typeof message === 'string' ? message : stringifyJson(message) }),
      };
    };
  },
};
