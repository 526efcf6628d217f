import fc from 'fast-check';
import type { Value } from '../src/value.js';
import { compileExpression } from '../src/expression.js';

// On the part of the language that means the same in JavaScript, JavaScript is asked.

const context = {
  input: {
    a: 1,
    b: 2.5,
    c: -3,
    s: 'hello',
    t: 'Wörld',
    yes: true,
    no: false,
    items: [
      { name: 'x', price: 3, tags: ['p', 'q'] },
      { name: 'y', price: 5, tags: [] },
      { name: 'z', price: 9, tags: ['r'] },
    ],
    deep: { er: { est: { v: 42 } } },
  },
  variables: { limit: 4, list: [5, 3, 8] },
  steps: { step1: { output: { count: 7, text: 'abc' } } },
};

const native = (text: string): unknown =>
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the reference of a differential test, on generated text
  (new Function('input', 'variables', 'step1', `return (${text})`) as (...roots: unknown[]) => unknown)(
    context.input,
    context.variables,
    context.steps.step1,
  );

function expectSame(text: string): void {
  const expected = native(text);
  let actual: Value;
  try {
    actual = compileExpression(text).evaluate(context);
  } catch (thrown) {
    throw new Error(`${text} failed here, gives ${String(expected)} in JavaScript`, { cause: thrown });
  }
  expect([text, actual]).toEqual([text, expected]);
}

const NUMBER = fc.constantFrom(
  '1',
  '2',
  '0.5',
  '10',
  'input.a',
  'input.b',
  'input.c',
  'variables.limit',
  'step1.output.count',
  'input.items.length',
  'input.items[1].price',
  'input.deep.er.est.v',
  'variables.list[2]',
  'input["s"].length',
);
const TEXT = fc.constantFrom(
  "'x'",
  '"it\\"s"',
  'input.s',
  'input.t',
  'step1.output.text',
  'input.items[0].name',
  'input.s[1]',
);
const BOOLEAN = fc.constantFrom('true', 'false', 'input.yes', 'input.no');

/** Texts of expressions by type, built so that neither engine has a reason to fail. */
const { number, text, boolean, array } = fc.letrec<{ number: string; text: string; boolean: string; array: string }>(
  (tie) => ({
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      NUMBER,
      fc.tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(tie('number'), tie('number')).map(([a, b]) => `(${a} + ${b} * ${a} - ${b})`),
      fc.tuple(tie('number'), fc.constantFrom('/', '%')).map(([a, op]) => `(${a} ${op} 4)`),
      tie('number').map((a) => `(-${a})`),
      fc.tuple(tie('boolean'), tie('number'), tie('number')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      tie('text').map((a) => `${a}.length`),
      tie('array').map((a) => `${a}.length`),
      tie('array').map((a) => `${a}.reduce((sum, x) => sum + x, 0)`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `${a}.indexOf(${b})`),
    ),
    text: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      TEXT,
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
      fc.tuple(tie('text'), tie('number')).map(([a, b]) => `(${a} + ${b})`),
      fc.tuple(tie('boolean'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
      fc
        .tuple(
          tie('text'),
          fc.constantFrom(
            'toUpperCase()',
            'toLowerCase()',
            'trim()',
            'slice(1)',
            'slice(-2)',
            'slice(0, 2)',
            "replace('l', 'L')",
            "replaceAll('l', 'L')",
            "padStart(8, '*')",
            'padEnd(7)',
            'repeat(2)',
          ),
        )
        .map(([a, call]) => `${a}.${call}`),
      fc.tuple(tie('array'), TEXT).map(([a, b]) => `${a}.join(${b})`),
      tie('text').map((a) => `${a}.split('l').join('-')`),
    ),
    boolean: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      BOOLEAN,
      fc
        .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '===', '!=='), tie('number'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie('text'), fc.constantFrom('<', '>=', '==', '!='), tie('text'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc.tuple(tie('boolean'), fc.constantFrom('&&', '||'), tie('boolean')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('boolean').map((a) => `!${a}`),
      fc
        .tuple(tie('text'), fc.constantFrom('includes', 'startsWith', 'endsWith'), tie('text'))
        .map(([a, name, b]) => `${a}.${name}(${b})`),
      fc
        .tuple(tie('array'), fc.constantFrom('some', 'every'), NUMBER)
        .map(([a, name, b]) => `${a}.${name}(x => x > ${b})`),
    ),
    array: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        'variables.list',
        '[1, 2, 3]',
        'input.items.map(i => i.price)',
        'input.items.filter(i => i.price > 4).map(i => i.price * 2)',
      ),
      fc.tuple(tie('array'), NUMBER).map(([a, b]) => `${a}.map((x, i) => x * ${b} + i)`),
      fc.tuple(tie('array'), NUMBER).map(([a, b]) => `${a}.filter(x => x > ${b})`),
      fc.tuple(tie('array'), tie('array')).map(([a, b]) => `${a}.concat(${b})`),
      fc.tuple(tie('array'), fc.constantFrom('slice(1)', 'slice(-1)')).map(([a, call]) => `${a}.${call}`),
      fc.array(NUMBER, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    ),
  }),
);

test('numbers, texts, booleans and arrays come out as in JavaScript', () => {
  const shortEnough = (source: string): boolean => source.length < 600;
  fc.assert(fc.property(fc.oneof(number, text, boolean, array).filter(shortEnough), expectSame), { numRuns: 1_500 });
});

test.each([
  'input.a + input.b * input.c - 2',
  '1 - 2 - 3 - 4',
  '2 * 3 % 4',
  '-2 * -3',
  '!input.yes || input.no && input.yes',
  'input.no || input.s',
  'input.s && input.a',
  'input.a ? input.no ? 1 : 2 : 3',
  '"a" + 1 + 2',
  '1 + 2 + "a"',
  'input.s + 0.1 + 1e21 + 1e-7',
  'input.deep?.er?.est?.v',
  'input.items.find(i => i.price > 4).name',
  'input.items.map((i, n) => i.name + n)',
  'input.items.map(i => i.tags.map(t => t + i.name))',
  '0.1 + 0.2',
  '5 % 3',
  '-5 % 3',
  '"a" < "B"',
  '1 < 2 === true',
  '"\\u0041\\n"',
])('%s', expectSame);
