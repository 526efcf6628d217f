import { aScope, options } from '../../test/support/scope.js';
import { condition } from './condition.step.js';

describe('condition', () => {
  it('returns the result and the branch', () => {
    const run = condition.compile({ condition: "{{input.level}} == 'high'" });
    expect(run(aScope({ input: { level: 'high' } }), options)).toEqual({ result: true, branch: 'true' });
    expect(run(aScope({ input: { level: "x' || true || 'x" } }), options)).toEqual({ result: false, branch: 'false' });
  });

  it('fails for anything but true and false', () => {
    const run = condition.compile({ condition: '{{input.level}}' });
    expect(() => run(aScope({ input: { level: 'false' } }), options)).toThrow(
      expect.objectContaining({ code: 'E_COND', field: 'config.condition' }),
    );
  });
});
