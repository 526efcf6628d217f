import { stopOf } from '../engine/results.js';
import { aScope, options } from '../../test/support/scope.js';
import { stop } from './stop.step.js';

describe('stop', () => {
  it('says how the execution ends, as the engine reads it', () => {
    const given = stop.compile({ status: 'completed', output: { n: '{{input.n}}' } })(
      aScope({ input: { n: 1 } }),
      options,
    );
    expect(given).toEqual({ status: 'completed', output: { n: 1 } });
    expect(stopOf(given)).toEqual({ status: 'completed', given: true, output: { n: 1 } });
    expect(stopOf(stop.compile({ status: 'completed' })(aScope(), options))).toEqual({
      status: 'completed',
      given: false,
      output: null,
    });
  });

  it('keeps an output of null apart from none', () => {
    expect(stopOf(stop.compile({ status: 'completed', output: null })(aScope(), options))).toMatchObject({
      given: true,
      output: null,
    });
  });

  it('renders the message of a failure', () => {
    const run = stop.compile({ status: 'failed', message: 'No stock of {{input.item}}' });
    expect(stopOf(run(aScope({ input: { item: 'tea' } }), options))).toMatchObject({
      status: 'failed',
      message: 'No stock of tea',
    });
  });
});
