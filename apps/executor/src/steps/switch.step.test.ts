import { Budget } from '@millrace/expression';
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

  it('spends from the budget of the step for what it compares, and names the case that goes beyond it', () => {
    const nearly = (last: string) => [...Array.from({ length: 30_000 }, (_, index) => index), last];
    const many = switchStep.compile({
      value: '{{input.value}}',
      cases: Array.from({ length: 100 }, () => ({ equals: '{{input.other}}' })),
    });
    const scope = aScope({ input: { value: nearly('a'), other: nearly('b') } });
    const budget = new Budget(undefined, () => 0);
    expect(() => many(scope, { ...options, budget })).toThrow(
      expect.objectContaining({ code: 'E_LIMIT', field: expect.stringMatching(/^config\.cases\[\d\]\.equals$/) }),
    );
  });

  it('evaluates no case after the one that fits', () => {
    const lazy = switchStep.compile({ cases: [{ when: 'true' }, { when: 'input.absent.deeper' }] });
    expect(lazy(aScope(), options)).toEqual({ value: null, branch: '0' });
  });
});
