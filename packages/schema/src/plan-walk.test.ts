import { planWorkflow } from './plan-workflow.js';
import { walkTo, type StepOutcome } from './plan-walk.js';

const transform = (id: string, rest: object = {}) => ({ id, type: 'transform', config: { output: 1 }, ...rest });
const condition = (id: string, true_branch: unknown, false_branch: unknown) => ({
  id,
  type: 'condition',
  config: { condition: 'input.a', true_branch, false_branch },
});

/** The way to `target` through these steps, or where it stops. */
function way(steps: readonly object[], target: string, known: Readonly<Record<string, string>>) {
  const { root } = planWorkflow({ name: 'x', steps });
  const walk = walkTo(root, target, ({ id, branches }) => {
    const outcome = known[id];
    if (outcome === undefined) return null;
    return branches && outcome !== 'skipped' && outcome !== 'failed'
      ? { status: 'completed', branch: outcome }
      : { status: outcome as StepOutcome['status'] };
  });
  if ('stoppedAt' in walk) return `stopped at ${walk.stoppedAt?.id ?? 'the end'}`;
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).join(' ');
  return `${ids(walk.before)} | ${ids(walk.after)}`;
}

const three = [transform('a'), transform('b'), transform('c')];

test.each([
  ['to the first step', three, 'a', {}, ' | a b c'],
  ['past completed and skipped steps', three, 'c', { a: 'completed', b: 'skipped' }, 'a b | c'],
  ['to a step before which one is unknown', three, 'c', { b: 'completed' }, 'stopped at a'],
  ['to a step that there is not', three, 'z', { a: 'completed', b: 'completed', c: 'completed' }, 'stopped at the end'],
  [
    'past a failure that is continued after',
    [transform('a', { on_error: 'continue' }), transform('b')],
    'b',
    { a: 'failed' },
    'a | b',
  ],
  ['past a failure that ended it', [transform('a'), transform('b')], 'b', { a: 'failed' }, 'stopped at the end'],
  [
    'by a failure that leads elsewhere',
    [transform('a', { on_error: { goto: 'c' } }), transform('b'), transform('c')],
    'c',
    { a: 'failed' },
    'a | c',
  ],
  [
    'by the branch that was taken, and all of it',
    [condition('is', ['x', 'y'], 'z'), transform('x'), transform('y'), transform('z'), transform('end')],
    'end',
    { is: 'true', x: 'completed', y: 'completed' },
    'is x y | end',
  ],
  [
    'into a branch, what is left of which may run',
    [condition('is', ['x', 'y'], 'z'), transform('x'), transform('y'), transform('z'), transform('end')],
    'x',
    { is: 'true' },
    'is | x y end',
  ],
  [
    'into a branch that was not taken',
    [condition('is', 'x', 'z'), transform('x'), transform('z'), transform('end')],
    'z',
    { is: 'true', x: 'completed', end: 'completed' },
    'stopped at the end',
  ],
  ['by a jump', [transform('a', { next: 'c' }), transform('b'), transform('c')], 'c', { a: 'completed' }, 'a | c'],
])('the way %s', (_, steps, target, known, expected) => {
  expect(way(steps, target, known as Record<string, string>)).toBe(expected);
});
