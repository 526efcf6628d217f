import { Budget } from './budget.js';
import { valuesEqual } from './equality.js';
import { ExpressionError } from './errors.js';
import { compileConfig, evaluateConfig } from './evaluate-config.js';
import type { EvaluateOptions } from './evaluation.js';
import { compileCondition } from './expression.js';
import { LIMITS } from './limits.js';

const context = { input: { items: Array.from({ length: 20_000 }, (_, index) => index) } };
/** Some 60,000 steps of the 100,000 that one text has. */
const WORK = '{{input.items.map(x => -x).length}}';
const still = { clock: () => 0 };

function failure(work: () => unknown): ExpressionError | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return thrown;
    throw thrown;
  }
}

test('the texts of a configuration spend from one budget, and the one that goes beyond it is named', () => {
  const few = { list: [WORK, WORK, WORK] };
  expect(failure(() => evaluateConfig(few, context, still))).toBeUndefined();
  const config = { list: Array.from({ length: 150 }, () => WORK) };
  const error = failure(() => evaluateConfig(config, context, { ...still, stepId: 'sum' }));
  expect(error).toMatchObject({
    code: 'E_LIMIT',
    stepId: 'sum',
    field: expect.stringMatching(/^list\[\d\]$/) as string,
  });
  expect(error?.message).toContain('300000 steps together');
  expect(error?.hint).toContain('several steps');
});

test('a configuration of very many small texts is done', () => {
  const config = Array.from({ length: 20_000 }, () => '{{input.items[0]}}');
  expect(failure(() => evaluateConfig(config, context, still))).toBeUndefined();
});

test('what is given the same budget spends it together, what is not has its own', () => {
  const budget = new Budget(undefined, () => 0);
  const guard = compileCondition('input.items.map(x => -x).length > 0');
  const config = compileConfig({ a: WORK, b: WORK });
  const options: EvaluateOptions = { budget };
  guard.evaluate(context, options);
  config.evaluate(context, options);
  expect(failure(() => config.evaluate(context, options))?.code).toBe('E_LIMIT');
  for (let run = 0; run < 10; run++) expect(failure(() => config.evaluate(context, still))).toBeUndefined();
});

test('time is shared too, and looked at after every long action', () => {
  let time = 0;
  const budget = new Budget(LIMITS, () => (time += 30));
  const text = 'x'.repeat(200_000);
  // Each is one action of more steps than lie between two looks.
  const config = compileConfig(Array.from({ length: 6 }, () => '{{input.text.trim().length}}'));
  const error = failure(() => config.evaluate({ input: { text } }, { budget }));
  expect(error?.message).toContain('takes longer than 100 ms');
  expect(time).toBeLessThan(200);
});

test('time begins with the first text, not with the first look, and anew after something was waited for', () => {
  let time = 0;
  const budget = new Budget(LIMITS, () => time);
  const short = compileConfig(['{{input.items[0]}}']);
  const long = compileConfig([WORK]);
  short.evaluate(context, { budget });
  time = 101;
  expect(failure(() => long.evaluate(context, { budget }))?.message).toContain('takes longer than 100 ms');
  budget.resume();
  expect(failure(() => long.evaluate(context, { budget }))).toBeUndefined();
});

test.each([
  ["hash('a')", 70, 90],
  ["hmac('a', 'b', 'sha512')", 30, 40],
])('hashes are few: %s', (call, few, many) => {
  const made = (count: number, limits: Partial<typeof LIMITS> = {}) =>
    failure(() => {
      const budget = new Budget({ ...LIMITS, ...limits }, () => 0);
      compileConfig([`{{range(0, ${String(count)}).map(i => ${call}).length}}`]).evaluate({}, { budget });
    });
  // What a call of a webhook may spend.
  const small = { runSteps: 5_000 } as unknown as Partial<typeof LIMITS>;
  expect(made(few, small)).toBeUndefined();
  expect(made(many, small)?.code).toBe('E_LIMIT');
  expect(made(few * 20)).toBeUndefined();
  expect(made(many * 20)?.message).toContain('100000 steps');
});

test('without limits what was refused is done', () => {
  const limits = { steps: Infinity, runSteps: Infinity, wallClockMs: Infinity };
  const config = Array.from({ length: 8 }, () => WORK);
  expect(failure(() => evaluateConfig(config, context, { limits }))).toBeUndefined();
});

test('a long key does not make the places of the texts below it long', () => {
  const config = {
    ['k'.repeat(100_000)]: Object.fromEntries(
      Array.from({ length: 50 }, (_, key) => [`k${String(key)}`, '{{input.none}}']),
    ),
  };
  expect(failure(() => evaluateConfig(config, context))?.field?.length).toBeLessThan(600);
});

test('comparing two values spends from the budget too, in proportion to what is compared', () => {
  const budget = new Budget(undefined, () => 0);
  const large = Array.from({ length: 40_000 }, (_, index) => index);
  expect(valuesEqual(large, structuredClone(large), { budget })).toBe(true);
  expect(valuesEqual(large, large.with(-1, -1), { budget })).toBe(false);
  const error = failure(() => {
    for (let count = 0; count < 20; count++) valuesEqual(large, large.with(-1, -1), { budget, field: 'cases[2]' });
  });
  expect(error).toMatchObject({ code: 'E_LIMIT', field: 'cases[2]' });
  expect(valuesEqual({ a: undefined, b: [null] }, { b: [undefined], a: null })).toBe(true);
  expect(valuesEqual('1', 1)).toBe(false);
});
