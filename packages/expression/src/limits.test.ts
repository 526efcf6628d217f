import { ExpressionError } from './errors.js';
import type { EvaluateOptions, ExpressionContext } from './evaluation.js';
import { compileExpression } from './expression.js';
import { compileTemplate } from './template.js';
import { cpuTimer, HANGS } from '../test/oracles.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function code(text: string, context: ExpressionContext = {}, options?: EvaluateOptions): string {
  try {
    compileExpression(text).evaluate(context, options);
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return thrown.code;
    throw thrown;
  }
  return 'done';
}

describe('what would be too large is refused before it is made', () => {
  const big = 'x'.repeat(1_000_000);
  const input = { big, items: numbers(5_000), many: numbers(100_001), tags: '<script'.repeat(50_000) };

  test.each([
    '"a".repeat(1e9)',
    '"a".padStart(1e9)',
    '"a".padEnd(1e9, "bc")',
    'range(0, 1e9)',
    'range(0, 1e9, 1e-300)',
    'input.big + input.big',
    'input.big.replaceAll("x", "yyyy")',
    'input.big.split("")',
    'input.big.split("x")',
    'input.items.map(x => input.big).join(",")',
    'input.items.map(x => input.big + x).length > 0 ? input.items.map(x => input.big.toUpperCase()) : 1',
    'input.items.map(x => input.items)',
    'input.items.map(x => toJson(input.items))',
    'input.items.map(x => input.items.map(y => y))',
    'input.items.map(x => input.big.includes("y"))',
    'input.items.map(x => input.big == input.big + "")',
    'input.items.map(x => hash(input.big))',
    'input.items.map(x => base64Encode(input.big))',
    'input.items.reduce((a, b) => a + a, "x")',
    'input.items.reduce((a, b) => [a, a, a, a], 1)',
    'input.items.reduce((a, b) => a.concat(a), [1])',
    'input.items.reduce((a, b) => ({a: a}), 1)',
    'input.many.map(x => x)',
    'input.many.sum()',
    'input.items.unique(x => [x])',
    'input.items.concat(input.many)',
    'input.items.map(x => input.items.sortBy(y => 0 - y))',
    'parseJson("[" + "1,".repeat(500000) + "1]")',
    'parseJson("[".repeat(100000))',
    '[[1]].map(x => input.items.map(y => x == x && x in [x, x, x]))[0].map(z => input.items.map(q => q))',
  ])('%s', (text) => {
    const heap = process.memoryUsage().heapUsed;
    const elapsed = cpuTimer();
    expect(code(text, { input })).toBe('E_LIMIT');
    expect(elapsed()).toBeLessThan(HANGS);
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 2 ** 20);
  });

  test('hostile markup is read in one pass', () => {
    const elapsed = cpuTimer();
    expect(code('input.tags.stripHtml()', { input }, { clock: () => 0 })).toBe('done');
    expect(code('("<!--".repeat(200000)).stripHtml()', { input }, { clock: () => 0 })).toBe('done');
    expect(code('("<style ".repeat(100000)).stripHtml()', { input }, { clock: () => 0 })).toBe('done');
    expect(code('("<script>".repeat(100000)).stripHtml()', { input }, { clock: () => 0 })).toBe('done');
    expect(code('("<".repeat(1000000)).stripHtml()', { input }, { clock: () => 0 })).toBe('done');
    expect(elapsed()).toBeLessThan(HANGS);
  });
});

test('work that fits is done', () => {
  const input = { items: numbers(5_000) };
  expect(code('input.items.filter(x => x > 10).map(x => x * 2).sum()', { input })).toBe('done');
  expect(code('input.items.reduce((a, x) => a + string(x) + ", ", "").length', { input })).toBe('done');
  expect(code('input.items.sortBy(x => 0 - x)[0]', { input })).toBe('done');
});

test('a result counts shared parts as often as they would be written', () => {
  const shared = { text: 'x'.repeat(100_000) };
  expect(code('range(0, 50).map(x => input)', { input: shared })).toBe('E_LIMIT');
  expect(code('range(0, 30).map(x => input)', { input: shared })).toBe('done');
});

test('circles in data end in a limit, not in a stack overflow', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const other: Record<string, unknown> = {};
  other['self'] = other;
  expect(code('input.a', { input: { a: circle } })).toBe('E_LIMIT');
  expect(code('toJson(input.a)', { input: { a: circle } })).toBe('E_LIMIT');
  expect(code('input.a == input.b', { input: { a: circle, b: other } })).toBe('E_LIMIT');
  expect(code('input.a in [input.b]', { input: { a: circle, b: other } })).toBe('E_LIMIT');
});

test('the wall clock ends an evaluation, and is not read by short ones', () => {
  let time = 0;
  let reads = 0;
  const clock = (): number => {
    reads += 1;
    time += 60;
    return time;
  };
  const input = { items: numbers(10_000) };
  expect(code('input.items.map(x => x)', { input }, { clock })).toBe('E_LIMIT');
  reads = 0;
  expect(code('1 + 1', { input }, { clock })).toBe('done');
  expect(reads).toBe(0);
});

test('limits of an evaluation can be replaced', () => {
  const input = { items: numbers(100) };
  expect(code('input.items.map(x => x)', { input }, { limits: { steps: 50 } })).toBe('E_LIMIT');
  expect(code('input.items.map(x => x)', { input }, { limits: { arrayLength: 50 } })).toBe('E_LIMIT');
  expect(code('"a".repeat(20)', {}, { limits: { textLength: 10 } })).toBe('E_LIMIT');
  expect(code('["a".repeat(20)]', {}, { limits: { outputLength: 10 } })).toBe('E_LIMIT');
});

test('a rendered template is at most 4 MiB', () => {
  const template = compileTemplate('{{input}}{{input}}{{input}}{{input}}{{input}}');
  expect(() => template.evaluate({ input: 'x'.repeat(1_000_000) })).toThrow(
    expect.objectContaining({ code: 'E_LIMIT' }) as Error,
  );
});

test('looking at the keys of a wide object spends steps', () => {
  const wide = Object.fromEntries(numbers(5_000).map((key) => [`k${String(key)}`, null]));
  const few = { limits: { steps: 1_000 }, clock: () => 0 };
  expect(code('isEmpty(input.wide)', { input: { wide } }, few)).toBe('E_LIMIT');
  expect(code('toQuery(input.wide)', { input: { wide } }, few)).toBe('E_LIMIT');
  expect(code('toQuery(input)', { input: { list: numbers(5_000).map(() => null) } }, few)).toBe('E_LIMIT');
});

test('a text that grows with its case or ending stays within its limit', () => {
  const long = { input: { text: 'ŉ'.repeat(600_000), slug: '㍿'.repeat(300_000) } };
  expect(code('input.text.toUpperCase()', long)).toBe('E_LIMIT');
  expect(code('input.slug.slug()', long)).toBe('E_LIMIT');
  expect(compileExpression('["abc".truncate(1, "......"), "abc".truncate(0)]').evaluate({})).toEqual(['.', '']);
});

test('letters that change their length in small letters do not shift what stripHtml takes out', () => {
  const html = `${'İ'.repeat(20)}<script>alert(1)</script>x`;
  expect(compileExpression('input.html.stripHtml()').evaluate({ input: { html } })).toBe(`${'İ'.repeat(20)}x`);
});
