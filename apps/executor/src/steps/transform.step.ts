import { valueField } from './fields.js';
import type { PureHandler } from './step-handler.js';

/** Output: `config.output` with its templates evaluated. */
export const transform: PureHandler<'transform'> = {
  kind: 'pure',
  compile: (config) => valueField(config.output, 'output'),
};
