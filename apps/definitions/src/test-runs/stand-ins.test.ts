import { planWorkflow } from '@millrace/schema';
import { standInsOf } from './stand-ins.js';

const plan = planWorkflow({
  name: 'Test',
  steps: [
    { id: 'check', type: 'condition', config: { condition: 'true', true_branch: 'yes' } },
    { id: 'yes', type: 'transform', config: { output: 1 } },
    {
      id: 'each',
      type: 'loop',
      config: { items: [], steps: [{ id: 'inner', type: 'transform', config: { output: 1 } }] },
    },
  ],
});
const problems = (mocks: Record<string, unknown>, pins: Record<string, unknown> = {}) =>
  standInsOf(plan, { mocks, pins }).problems.map(({ path }) => path);

it('takes a mock before a pin, and leaves out pins of steps that are gone', () => {
  const { results } = standInsOf(plan, { mocks: { yes: 1, inner: null }, pins: { yes: 2, each: [3], gone: 4 } });
  expect(results).toEqual({
    yes: { by: 'mock', output: 1 },
    inner: { by: 'mock', output: null },
    each: { by: 'pin', output: [3] },
  });
});

it('takes an error alone as a failure, and anything else as an output', () => {
  const mocks = {
    yes: { error: { code: 'HTTP_STATUS_ERROR', message: 'x', details: { status: 503 } } },
    each: { error: {} },
    inner: { error: { code: 'X' }, more: 1 },
  };
  expect(standInsOf(plan, { mocks, pins: {} }).results).toEqual({
    yes: { by: 'mock', error: { code: 'HTTP_STATUS_ERROR', message: 'x', details: { status: 503 } } },
    each: { by: 'mock', error: { code: 'STEP_FAILED', message: 'Mocked by the test' } },
    inner: { by: 'mock', output: { error: { code: 'X' }, more: 1 } },
  });
});

it('says which mocks are of no step, of no branch, or fail with no code', () => {
  expect(problems({ nowhere: 1 })).toEqual(['test.mocks.nowhere']);
  expect(problems({ check: true })).toEqual(['test.mocks.check']);
  expect(problems({}, { check: { branch: 'maybe' } })).toEqual(['test.pins.check']);
  expect(problems({ check: { result: true, branch: 'true' } })).toEqual([]);
  expect(problems({ check: { error: {} } })).toEqual([]);
  expect(problems({ yes: { error: { code: 'NO_SUCH_CODE' } } })).toEqual(['test.mocks.yes']);
});
