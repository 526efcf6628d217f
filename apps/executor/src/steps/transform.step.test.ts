import { aScope, options } from '../../test/support/scope.js';
import { transform } from './transform.step.js';

describe('transform', () => {
  it('renders its output and keeps the types of values', () => {
    const run = transform.compile({
      output: { total: '{{input.n}}', list: ['{{input.tags}}'], text: 'n={{input.n}}' },
    });
    expect(run(aScope({ input: { n: 2, tags: ['a'] } }), options)).toEqual({ total: 2, list: [['a']], text: 'n=2' });
  });

  it('takes a constant as it is', () => {
    expect(transform.compile({ output: null })(aScope(), options)).toBeNull();
    expect(transform.compile({ output: 'plain' })(aScope(), options)).toBe('plain');
  });

  it('names the field of a failing expression', () => {
    const run = transform.compile({ output: { a: [{ b: '{{input.x.y}}' }] } });
    expect(() => run(aScope(), options)).toThrow(expect.objectContaining({ field: 'config.output.a[0].b' }));
  });
});
