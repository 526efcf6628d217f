import { orderOf, planWorkflow } from './index.js';

const pure = (id: string, more: object = {}) => ({ id, type: 'transform', config: { output: 1 }, ...more });

/** Each step as `id: on→next …`. */
function orderIn(steps: object[]): string[] {
  return orderOf(planWorkflow({ name: 'x', steps })).steps.map(
    ({ step, parent, branch, next }) =>
      `${[parent, branch, step.id].filter((part) => part !== null).join('/')}: ${next.map(({ on, stepId }) => `${on}→${stepId ?? 'end'}`).join(' ')}`,
  );
}

it('a list leads from step to step to its end, and next elsewhere', () => {
  expect(orderIn([pure('a'), pure('b', { next: 'd' }), pure('c'), pure('d')])).toEqual([
    'a: done→b',
    'b: done→d',
    'c: ',
    'd: done→end',
  ]);
});

it('branches lead to their targets one after the other, and then on behind them', () => {
  const choose = {
    id: 'choose',
    type: 'condition',
    config: { condition: 'input.a', true_branch: ['b', 'c'], false_branch: [] },
  };
  expect(orderIn([choose, pure('b'), pure('c'), pure('d')])).toEqual([
    'choose: true→b false→d',
    'b: done→c',
    'c: done→d',
    'd: done→end',
  ]);
});

it('an error leads where on_error says, and a step that ends the execution nowhere', () => {
  const end = { id: 'end', type: 'stop', config: { status: 'failed', message: 'no' } };
  expect(orderIn([pure('a', { on_error: { goto: 'c' } }), end, pure('c')])).toEqual([
    'a: done→end error→c',
    'end: ',
    'c: done→end',
  ]);
});

it('loops and parallels have lists of their own', () => {
  const loop = { id: 'each', type: 'loop', config: { items: '{{[1]}}', steps: [pure('in1'), pure('in2')] } };
  const both = {
    id: 'both',
    type: 'parallel',
    config: {
      branches: [
        { name: 'left', steps: [pure('l')] },
        { name: 'right', steps: [pure('r')] },
      ],
    },
  };
  expect(orderIn([loop, both])).toEqual([
    'each: done→both',
    'each/in1: done→in2',
    'each/in2: done→end',
    'both: done→end',
    'both/left/l: done→end',
    'both/right/r: done→end',
  ]);
});

it('more next steps than are listed are left out, and said to be', () => {
  const small = orderOf(planWorkflow({ name: 'x', steps: [pure('a')] }));
  expect(small.complete).toBe(true);
  // Each condition leads to the same step, behind which each has another one waiting; the next step inherits all of them.
  const count = 150;
  const conditions = Array.from({ length: count }, (_, index) => ({
    id: `c${index}`,
    type: 'condition',
    config: { condition: 'input.a', true_branch: ['s0', `t${index}`], false_branch: [] },
  }));
  const shared = Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    type: 'condition',
    config: { condition: 'input.a', true_branch: index + 1 < count ? [`s${index + 1}`] : [], false_branch: [] },
  }));
  const targets = Array.from({ length: count }, (_, index) => pure(`t${index}`));
  const large = orderOf(planWorkflow({ name: 'x', steps: [...conditions, ...shared, ...targets] }));
  const listed = large.steps.reduce((sum, { next }) => sum + next.length, 0);
  expect([large.complete, listed]).toEqual([false, 10_000]);
});
