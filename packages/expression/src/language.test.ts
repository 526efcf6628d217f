import { ExpressionError } from './errors.js';
import type { EvaluateOptions, ExpressionContext } from './evaluation.js';
import { compileExpression } from './expression.js';

const context: ExpressionContext = {
  input: {
    text: 'hello',
    n: 3,
    zero: 0,
    nothing: null,
    yes: true,
    items: [
      { name: 'a', price: 1 },
      { name: 'b', price: 2 },
    ],
    obj: { a: 1, 'odd key': 2 },
    key: 'a',
  },
  variables: { item: 'outer' },
  secrets: { api_key: 'sk-very-secret' },
  env: { REGION: 'eu' },
  steps: {
    step1: { output: { count: 2 }, status: 'completed', error: null },
    'step-2': { output: 5 },
    later: { status: 'skipped' },
  },
};

const evaluate = (text: string, options?: EvaluateOptions): unknown =>
  compileExpression(text).evaluate(context, options);

function failure(text: string, options?: EvaluateOptions): ExpressionError {
  try {
    evaluate(text, options);
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return thrown;
    throw thrown;
  }
  throw new Error(`${text} did not fail`);
}

describe('values', () => {
  test.each<[string, unknown]>([
    ['1', 1],
    ['.5', 0.5],
    ['1.5e2', 150],
    ["'a\\n\\u0041\\'\"'", 'a\nA\'"'],
    ['"\\/"', '/'],
    ['true', true],
    ['undefined', null],
    ['[1, [2], ]', [1, [2]]],
    ['{a: 1, "b c": 2, 3: {},}', { a: 1, 'b c': 2, '3': {} }],
    ['input.text', 'hello'],
    ["input['text']", 'hello'],
    ['input.obj["odd key"]', 2],
    ['input.obj[input.key]', 1],
    ['input.items[1].name', 'b'],
    ['input.items[-1].name', 'b'],
    ['input.items.length', 2],
    ['input.text.length', 5],
    ['input.text[0]', 'h'],
    ['input.text[-1]', 'o'],
    ['step1.output.count', 2],
    ['step1.status', 'completed'],
    ['steps.step1.output.count', 2],
    ['steps["step-2"].output', 5],
    ['secrets["api_key"]', 'sk-very-secret'],
    ['env.REGION', 'eu'],
    ['later.status', 'skipped'],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });
});

describe('operators', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 3 - 2', 5],
    ['7 % 4', 3],
    ['-input.n', -3],
    ['- -1', 1],
    ['2 * -3', -6],
    ['"a" + 1 + true', 'a1true'],
    ['1 + 2 + "a"', '3a'],
    ['"5" == 5', false],
    ['null == 0', false],
    ['input.nope == null', true],
    ['input.nope != null', false],
    ['[1, {a: [2]}] == [1, {a: [2]}]', true],
    ['{a: 1, b: 2} == {b: 2, a: 1}', true],
    ['{a: 1} == {a: 1, b: 2}', false],
    ['[] == {}', false],
    ['1 === 1 && 1 !== 2', true],
    ['"b" > "a"', true],
    ['2 <= 2', true],
    ['2 in [1, 2]', true],
    ['{a: 1} in [{a: 1}]', true],
    ['"a" in input.obj', true],
    ['"toString" in input.obj', false],
    ['"ell" in input.text', true],
    ['not input.n == 3', false],
    ['!input.zero', true],
    ['true and not false or false', true],
    ['input.zero || "x"', 'x'],
    ['input.nope || "x"', 'x'],
    ['input.n && "x"', 'x'],
    ['input.zero && fail.output', 0],
    ['input.yes ? 1 : fail.output', 1],
    ['true ? false ? 1 : 2 : 3', 2],
    ['input.yes ?.5 : 1', 0.5],
    ['[] ? 1 : 2', 1],
    ['input.zero ?? 1', 0],
    ['input.nothing ?? 1', 1],
    ['input.nope.deep.er ?? 1', 1],
    ['input.nope.deep.er() ?? 1'.replace('.er()', '.trim()'), 1],
    ['(input.zero || null) ?? 2', 2],
    ['input.nope?.deep', null],
    ['input?.nope', null],
    ['input.nope?.deep.er.still', null],
    ['input.nope?.[0]', null],
    ['input.nope?.trim()', null],
    ['input.text?.toUpperCase()', 'HELLO'],
    ['later.output.x ?? "none"', 'none'],
    ['execution.id ?? "none"', 'none'],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });
});

describe('lambdas', () => {
  test.each<[string, unknown]>([
    ['input.items.map(i => i.price * 2)', [2, 4]],
    ['input.items.map((item, index) => item.name + index)', ['a0', 'b1']],
    ['map(input.items, i => i.name)', ['a', 'b']],
    [
      '[1, 2].map(x => [10, 20].map(y => x * y))',
      [
        [10, 20],
        [20, 40],
      ],
    ],
    ['[1, 2].map(x => [3].map(x => x))', [[3], [3]]],
    ['input.items.reduce((sum, i) => sum + i.price, 0)', 3],
    ['["a"].map(input => input)', ['a']],
    ['[1].map(steps => steps + 1)', [2]],
    ['[{api_key: 1}].map(secrets => secrets)', [{ api_key: 1 }]],
    ['input.items.find(i => i.price > 9) ?? "none"', 'none'],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test('a lambda variable is gone after its helper', () => {
    expect(failure('[[1].map(x => x), x.output]').code).toBe('E_ROOT');
  });
});

describe('lazy helpers', () => {
  test.each<[string, unknown]>([
    ['if(exists(input.nope), input.nope.x, "d")', 'd'],
    ['if(true, 1, unknown_step.output)', 1],
    ['input.nope.x.default("d")', 'd'],
    ['input.text.default("d").toUpperCase()', 'HELLO'],
    ['input.nope.default("d").toUpperCase()', 'D'],
    ['coalesce(input.nope.x, input.nothing, 3)', 3],
    ['exists(input.nope.x.y)', false],
    ['input.nope.x.exists()', false],
    ['type(input.nope.x)', 'missing'],
    ['isEmpty(input.nope.x)', true],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });
});

describe('errors', () => {
  test.each<[string, string, RegExp]>([
    ['input.nope', 'E_MISSING', /input\.nope is missing/],
    ['input.nope.x', 'E_NULL', /cannot read 'x' of input\.nope: it is missing/],
    ['input.nothing.x', 'E_NULL', /it is null/],
    ['input.nothing.trim()', 'E_NULL', /cannot call trim\(\) on input\.nothing: it is null/],
    ['input.nope + 1', 'E_MISSING', /input\.nope/],
    ['input.nope > 1', 'E_MISSING', /input\.nope/],
    ['[input.nope]', 'E_MISSING', /input\.nope/],
    ['{a: input.nope}', 'E_MISSING', /input\.nope/],
    ['trim(input.nope)', 'E_MISSING', /input\.nope/],
    ['input.nothing + "a"', 'E_TYPE', /'\+' cannot join null and text/],
    ['input.obj + "a"', 'E_TYPE', /object and text/],
    ['1 - "1"', 'E_TYPE', /two numbers, got number and text/],
    ['"0.9" > 0.8', 'E_TYPE', /cannot compare text with number/],
    ['true < false', 'E_TYPE', /cannot compare/],
    ['1 in 2', 'E_TYPE', /'in' cannot look for number in number/],
    ['-"1"', 'E_TYPE', /'-' needs a number/],
    ['input.n.foo', 'E_TYPE', /cannot read 'foo' of a number/],
    ['input.text.foo', 'E_TYPE', /cannot read 'foo' of a text/],
    ['input.obj[[1]]', 'E_KEY', /a key must be text or a number, not array/],
    ['input.items[0.5]', 'E_KEY', /whole number/],
    ['1 / 0', 'E_MATH', /division by zero/],
    ['1 % 0', 'E_MATH', /division by zero/],
    ['1e308 * 10', 'E_MATH', /no finite result/],
    ['item', 'E_ROOT', /only inside a loop/],
    ['nope.output', 'E_ROOT', /unknown name 'nope'/],
    ['steps.nope.output', 'E_ROOT', /no step 'nope'/],
    ['later.output', 'E_MISSING', /step 'later' was skipped/],
    ['later.output.x', 'E_NULL', /step 'later' was skipped/],
    ['steps["later"].output.x', 'E_NULL', /step 'later' was skipped/],
    ['secrets', 'E_SECRET', /literal name/],
    ['secrets[input.key]', 'E_SECRET', /literal name/],
    ['toJson(secrets)', 'E_SECRET', /literal name/],
    ['secrets.keys()', 'E_SECRET', /literal name/],
    ['env[input.key]', 'E_ENV', /literal name/],
    ['steps[input.key]', 'E_ROOT', /literal name/],
    ['[1].map(x => secrets)', 'E_SECRET', /literal name/],
    ['nope(1)', 'E_FUNC', /no function 'nope'/],
    ['input.text.nope()', 'E_METHOD', /no method 'nope'/],
    ['input.text.range(1)', 'E_METHOD', /no method 'range'/],
    ['trim()', 'E_ARGS', /takes 1 arguments, got 0/],
    ['input.text.padStart()', 'E_ARGS', /takes 1 to 2 arguments, got 0/],
    ['input.items.map(1)', 'E_ARGS', /needs a function/],
    ['input.text.trim(x => x)', 'E_ARGS', /takes 1 arguments|takes 0 arguments/],
    ['input.items.map((a, b, c) => a)', 'E_ARGS', /at most 2/],
    ['keys(x => x)', 'E_ARGS', /takes no function/],
    ['input.items.map(i => i.nope)', 'E_MISSING', /map\(\) found nothing for item 0/],
    ['input.n.toUpperCase()', 'E_TYPE', /toUpperCase\(\) needs text for 'text', got number/],
    ['input.items.join(1)', 'E_TYPE', /join\(\) needs text for 'separator'/],
    ['now()', 'E_VALUE', /no clock/],
    ['today()', 'E_VALUE', /no clock/],
    ['uuid()', 'E_VALUE', /no source of random/],
    ['random()', 'E_VALUE', /no source of random/],
  ])('%s is %s', (text, code, message) => {
    const error = failure(text);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('missing: "empty"', () => {
  test.each<[string, unknown]>([
    ['input.nope', null],
    ['input.nope.x.y', null],
    ['"a" + input.nope', 'a'],
    ['input.nothing + "a"', 'a'],
    ['input.nope + 1', null],
    ['input.nope * 2', null],
    ['-input.nope', null],
    ['input.nope > 1', false],
    ['1 in input.nope', false],
    ['[input.nope, 1]', [null, 1]],
    ['input.nope.trim()', null],
    ['"a".padStart(input.nope)', null],
    ['input.n.foo', null],
    ['input.items.map(i => i.nope)', [null, null]],
    ['input.items.sortBy("nope").length', 2],
    ['later.output', null],
  ])('%s', (text, expected) => {
    expect(evaluate(text, { missing: 'empty' })).toEqual(expected);
  });

  test('an unknown name stays an error', () => {
    expect(failure('nope.output', { missing: 'empty' }).code).toBe('E_ROOT');
  });
});

describe('reads', () => {
  const evaluate = (text: string, context: ExpressionContext): unknown => compileExpression(text).evaluate(context);

  test('of two values compare without conversion', () => {
    const input = { n: 5, t: '5', zero: 0, none: null, empty: '', a: { a: null }, b: { b: null } };
    for (const text of [
      'input.n == input.t',
      'input.none == input.zero',
      'input.none == input.empty',
      'input.a == input.b',
    ])
      expect(evaluate(text, { input })).toBe(false);
  });

  test('of a variable of a lambda are not those of a step of the same name', () => {
    expect(evaluate('[{output: {n: [5]}}].map(s => s.output.n[0])', { steps: { s: { output: { n: [9] } } } })).toEqual([
      5,
    ]);
  });

  test('of a secret by a computed name are refused before any evaluation', () => {
    expect(() => compileExpression('secrets[input.k]')).toThrow(ExpressionError);
    expect(() => compileExpression('secrets[input.k].length')).toThrow(ExpressionError);
  });

  test('of a key __proto__ find nothing', () => {
    const input: unknown = JSON.parse('{"j":{"__proto__":{"x":1}}}');
    expect(evaluate('input.j["__proto__"] ?? 1', { input })).toBe(1);
    expect(evaluate('input.j.__proto__?.x ?? 1', { input })).toBe(1);
  });
});
