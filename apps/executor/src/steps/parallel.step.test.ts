import { stepDefinitions, type ConfigInputOf } from '@millrace/schema';
import { aScope, options } from '../../test/support/scope.js';
import { parallel } from './parallel.step.js';

const branch = { steps: [{ id: 'a', type: 'transform', config: { output: 1 } }] };

describe('parallel', () => {
  it.each<[Partial<ConfigInputOf<'parallel'>>, object]>([
    [{}, { tolerated: 0, firstSuccess: false }],
    [{ on_error: 'continue' }, { tolerated: Infinity, firstSuccess: false }],
    [{ tolerated_failures: 1 }, { tolerated: 1, firstSuccess: false }],
    [{ mode: 'first_success' }, { tolerated: 2, firstSuccess: true }],
  ])('with %j', (config, opening) => {
    const parsed = stepDefinitions.parallel.config.parse({ branches: [branch, branch, branch], ...config });
    expect(parallel.compile(parsed)(aScope(), options)).toEqual({ kind: 'parallel', ...opening });
  });

  it.each([{ tolerated_failures: 1 }, { on_error: 'continue' }])('is not first_success with %j', (config) => {
    const given = { branches: [branch], mode: 'first_success', ...config };
    expect(stepDefinitions.parallel.config.safeParse(given).error?.issues).toMatchObject([{ path: ['mode'] }]);
  });
});
