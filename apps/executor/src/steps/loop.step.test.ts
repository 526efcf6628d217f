import { aScope, options } from '../../test/support/scope.js';
import { loop } from './loop.step.js';

const config = { items: '{{input.items}}', steps: [], concurrency: 2, continue_on_item_error: true, max_iterations: 3 };

describe('loop', () => {
  it('opens with the evaluated items', () => {
    expect(loop.compile(config)(aScope({ input: { items: [1, 2] } }), options)).toEqual({
      kind: 'loop',
      items: [1, 2],
      concurrency: 2,
      continueOnError: true,
    });
    const literal = loop.compile({ ...config, items: ['{{input.a}}', 2] });
    expect(literal(aScope({ input: { a: 1 } }), options)).toMatchObject({ items: [1, 2] });
  });

  it('refuses more items than it may run, before the first one', () => {
    const run = loop.compile(config);
    expect(() => run(aScope({ input: { items: [1, 2, 3, 4] } }), options)).toThrow(
      expect.objectContaining({
        code: 'LOOP_LIMIT_EXCEEDED',
        details: { field: 'config.max_iterations', items: 4, max_iterations: 3 },
      }),
    );
  });

  it.each([['text'], [{ a: 1 }], [7], [null]])('refuses %j for an array', (items) => {
    const run = loop.compile(config);
    expect(() => run(aScope({ input: { items } }), options)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
    );
  });
});
