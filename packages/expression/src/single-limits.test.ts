import { Budget } from './budget.js';
import { ExpressionError } from './errors.js';
import type { ExpressionContext } from './evaluation.js';
import { compileCondition, compileExpression } from './expression.js';
import { LIMITS, type Limits } from './limits.js';
import { compileTemplate } from './template.js';

/*
 * Each limit alone: it is small and all others are as large as can be, so that nothing else ends the work. What is just within it is done.
 */

const NONE = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, Number.MAX_SAFE_INTEGER])) as Limits;
const only = (change: Partial<Limits>): { limits: Limits } => ({ limits: { ...NONE, ...change } });

/** The message of what ends some work; 'done' where nothing does. */
function end(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (thrown) {
    if (thrown instanceof ExpressionError && thrown.code === 'E_LIMIT') return thrown.message;
    throw thrown;
  }
}

/** How an evaluation ends whose one limit is this. */
const evaluated = (text: string, change: Partial<Limits>, context: ExpressionContext = {}): string =>
  end(() => compileExpression(text).evaluate(context, only(change)));

const contains = (part: string): string => expect.stringContaining(part) as string;
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

test('sourceLength: an expression and a condition', () => {
  const compiled = (text: string) => [
    end(() => compileExpression(text, only({ sourceLength: 6 }))),
    end(() => compileCondition(text, only({ sourceLength: 6 }))),
  ];
  expect(compiled('1 == 1')).toEqual(['done', 'done']);
  expect(compiled('1 == 10')).toEqual([
    ...[contains('the expression is longer than 6'), contains('the condition is longer than 6')],
  ]);
});

test('sourceLength: an expression in a template', () => {
  const compiled = (text: string) => end(() => compileTemplate(text, only({ sourceLength: 8 })));
  expect(compiled('long text {{1 + 1}} and more')).toBe('done');
  expect(compiled('long text {{1 + 1 + 1}} and more')).toEqual(contains('the expression is longer than 8'));
});

test('templateLength', () => {
  const compiled = (text: string) => end(() => compileTemplate(text, only({ templateLength: 6 })));
  expect(compiled('abcdef')).toBe('done');
  expect(compiled('abcdefg')).toEqual(contains('the template is longer than 6'));
});

test('depth: what is nested before it is a node', () => {
  const compiled = (text: string) => end(() => compileExpression(text, only({ depth: 5 })));
  expect(compiled('((1))')).toBe('done');
  expect(compiled(`${'('.repeat(6)}1${')'.repeat(6)}`)).toEqual(contains('deeper than 5'));
});

test('depth: what is one node on another', () => {
  const compiled = (text: string) => end(() => compileExpression(text, only({ depth: 5 })));
  expect(compiled('input.a.b')).toBe('done');
  expect(compiled('input.a.b.c.d.e.f')).toEqual(contains('deeper than 5'));
});

test('steps', () => {
  const input = { items: Array.from({ length: 100 }, (_, index) => index) };
  expect(evaluated('input.items.map(x => x).length', { steps: 1_000 }, { input })).toBe('done');
  expect(evaluated('input.items.map(x => x).length', { steps: 100 }, { input })).toEqual(
    contains('more than 100 steps'),
  );
});

test('runSteps', () => {
  const budget = new Budget({ ...NONE, runSteps: 500 }, () => 0);
  const spent = () => end(() => compileExpression('range(0, 200).length').evaluate({}, { ...only({}), budget }));
  expect([spent(), spent(), spent()]).toEqual(['done', 'done', contains('more than 500 steps together')]);
});

test('textLength: a text that a helper makes', () => {
  expect(evaluated('"a".repeat(6)', { textLength: 6 })).toBe('done');
  expect(evaluated('"a".repeat(7)', { textLength: 6 })).toEqual(contains('7 characters; at most 6'));
});

test('textLength: two short texts that are joined', () => {
  const context = { input: 'abcd' };
  expect(evaluated('input + "ef"', { textLength: 6 }, context)).toBe('done');
  expect(evaluated('input + "efg"', { textLength: 6 }, context)).toEqual(contains('7 characters; at most 6'));
});

test('arrayLength: an array that a helper makes', () => {
  expect(evaluated('range(0, 6).length', { arrayLength: 6 })).toBe('done');
  expect(evaluated('range(0, 7).length', { arrayLength: 6 })).toEqual(contains('7 items; at most 6'));
});

test('arrayLength: an array that is the result', () => {
  expect(evaluated('input', { arrayLength: 6 }, { input: [1, 2, 3, 4, 5, 6] })).toBe('done');
  expect(evaluated('input', { arrayLength: 6 }, { input: [1, 2, 3, 4, 5, 6, 7] })).toEqual(
    contains('7 items; at most 6'),
  );
});

test('outputLength: a result that is a text', () => {
  expect(evaluated('input', { outputLength: 6 }, { input: 'abcdef' })).toBe('done');
  expect(evaluated('input', { outputLength: 6 }, { input: 'abcdefg' })).toEqual(contains('7 characters; at most 6'));
});

test('outputLength: a result that is data', () => {
  expect(evaluated('input', { outputLength: 100 }, { input: ['a'] })).toBe('done');
  expect(evaluated('input', { outputLength: 100 }, { input: ['a'.repeat(100)] })).toEqual(contains('larger than 100'));
});

test('outputLength: a rendered template', () => {
  const template = compileTemplate('{{input}}-{{input}}-{{input}}');
  const rendered = (input: string) => end(() => template.evaluate({ input }, only({ outputLength: 8 })));
  expect(rendered('ab')).toBe('done');
  // Before all of it is put together, which is 14.
  expect(rendered('abcd')).toEqual(contains('9 characters; at most 8'));
});

test('wallClockMs', () => {
  const spent = (each: number) => {
    let time = 0;
    const budget = new Budget({ ...NONE, wallClockMs: 100 }, () => (time += each));
    return end(() => compileExpression('range(0, 9000).map(x => x).length').evaluate({}, { ...only({}), budget }));
  };
  expect(spent(1)).toBe('done');
  expect(spent(101)).toEqual(contains('longer than 100 ms'));
});

test('numberDigits', () => {
  const context = { input: 99_999_999 };
  expect(evaluated('input * input', { numberDigits: 16 }, context)).toBe('done');
  expect(evaluated('input * input', { numberDigits: 15 }, context)).toEqual(contains('more than 15 digits'));
});

test('dataDepth: a result', () => {
  expect(evaluated('input', { dataDepth: 6 }, { input: deep(5) })).toBe('done');
  expect(evaluated('input', { dataDepth: 6 }, { input: deep(7) })).toEqual(contains('deeper than 6'));
});
