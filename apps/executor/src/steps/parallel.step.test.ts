import { aScope, options } from '../../test/support/scope.js';
import { parallel } from './parallel.step.js';

describe('parallel', () => {
  it.each([
    ['fail', false],
    ['continue', true],
  ] as const)('with on_error %s', (onError, continueOnError) => {
    const run = parallel.compile({ branches: [], on_error: onError });
    expect(run(aScope(), options)).toEqual({ kind: 'parallel', continueOnError });
  });
});
