import { aScope, options } from '../../test/support/scope.js';
import { switchStep } from './switch.step.js';

describe('switch', () => {
  const run = switchStep.compile({
    value: '{{input.kind}}',
    cases: [{ equals: 'gift' }, { equals: { size: '{{input.size}}' } }, { when: 'input.size > 5' }],
  });

  it.each([
    [{ kind: 'gift', size: 9 }, '0'],
    [{ kind: { size: 3 }, size: 3 }, '1'],
    [{ kind: 'other', size: 9 }, '2'],
    [{ kind: 'other', size: 1 }, 'default'],
  ])('of %j goes to branch %s', (input, branch) => {
    expect(run(aScope({ input }), options)).toEqual({ value: input.kind, branch });
  });

  it('compares without turning numbers into texts', () => {
    const strict = switchStep.compile({ value: '{{input.n}}', cases: [{ equals: '1' }] });
    expect(strict(aScope({ input: { n: 1 } }), options)).toEqual({ value: 1, branch: 'default' });
  });

  it('evaluates no case after the one that fits', () => {
    const lazy = switchStep.compile({ cases: [{ when: 'true' }, { when: 'input.absent.deeper' }] });
    expect(lazy(aScope(), options)).toEqual({ value: null, branch: '0' });
  });
});
