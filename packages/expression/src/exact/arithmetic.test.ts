import fc from 'fast-check';
import { ExpressionError } from '../errors.js';
import { compileCondition, compileExpression } from '../expression.js';
import { compileTemplate } from '../template.js';
import { parseJson, stringifyJson } from './json.js';

/** The result of an expression over inputs that came as JSON, as JSON. */
function result(expression: string, input: string): string {
  return stringifyJson(compileExpression(expression).evaluate({ input: parseJson(input) }));
}

function failure(expression: string, input: string): string {
  try {
    result(expression, input);
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error(`${expression} did not fail`);
}

const whole = fc.oneof(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.maxSafeInteger().map(BigInt));

test.each<[string, (a: bigint, b: bigint) => bigint]>([
  ['input.a + input.b', (a, b) => a + b],
  ['input.a - input.b', (a, b) => a - b],
  ['input.a * input.b', (a, b) => a * b],
  ['-input.a + input.b', (a, b) => b - a],
  ['abs(input.a - input.b)', (a, b) => (a < b ? b - a : a - b)],
  ['sum([input.a, input.b, input.a])', (a, b) => a + b + a],
  ['max(input.a, input.b)', (a, b) => (a > b ? a : b)],
  ['min([input.a, input.b])', (a, b) => (a < b ? a : b)],
  ['input.b == 0 ? 0 : input.a % input.b', (a, b) => (b === 0n ? 0n : a % b)],
])('%s is exact for whole numbers of any size', (expression, calculate) => {
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      expect(BigInt(digitsOf(result(expression, `{"a":${a},"b":${b}}`)))).toBe(calculate(a, b));
    }),
    { numRuns: 500 },
  );
});

/** Results with many zeros at their end are written with an exponent. */
function digitsOf(json: string): string {
  const [, sign = '', first = '', rest = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e\+(\d+))?$/.exec(json) ?? [];
  return sign + first + rest.padEnd(Number(power), '0');
}

test('two numbers are compared by their digits', () => {
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      const input = `{"a":${a},"b":${b}}`;
      for (const [sign, expected] of [
        ['==', a === b],
        ['!=', a !== b],
        ['<', a < b],
        ['<=', a <= b],
        ['>', a > b],
        ['>=', a >= b],
      ] as const)
        expect(result(`input.a ${sign} input.b`, input)).toBe(String(expected));
      expect(result('[input.a] == [input.b]', input)).toBe(String(a === b));
      expect(result('input.a in [input.b]', input)).toBe(String(a === b));
      expect(result('[input.a, input.b].unique().length', input)).toBe(a === b ? '1' : '2');
      expect(result('[input.a, input.b].sortBy()', input)).toBe(
        JSON.stringify([a, b].sort(order).map(String)).replaceAll('"', ''),
      );
    }),
    { numRuns: 500 },
  );
});

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

test.each<[string, string, string]>([
  // Decimals.
  ['input.a + input.b', '{"a":12345678901234567890.123,"b":0.1}', '12345678901234567890.223'],
  ['input.a - 0.123', '{"a":12345678901234567890.123}', '12345678901234567890'],
  ['input.a * 10', '{"a":0.1234567890123456789}', '1.234567890123456789'],
  ['input.a * 2', '{"a":1e400}', '2e+400'],
  ['input.a % 1', '{"a":12345678901234567890.125}', '0.125'],
  ['input.a / 2', '{"a":9007199254740993}', '4503599627370496'],
  ['input.a / input.b', '{"a":1e400,"b":-4e399}', '-2.5'],
  ['1 / input.a', '{"a":3.00000000000000000001}', '0.3333333333333333'],
  ['input.a / 1e300', '{"a":1e-5000}', '0'],
  ['input.a + 1', '{"a":9007199254740992}', '9007199254740993'],
  ['input.a * 3', '{"a":9007199254740991}', '27021597764222973'],
  ['0.1 + 0.2', '{}', '0.30000000000000004'],
  // Notations.
  ['input.a == input.b', '{"a":10000000000000000000000,"b":1e22}', 'true'],
  ['input.a == 1e22', '{"a":10000000000000000000000}', 'true'],
  ['input.a == input.b', '{"a":9007199254740993.0,"b":9007199254740993}', 'true'],
  ['[input.a, input.b].unique().length', '{"a":10000000000000000000000,"b":1e22}', '1'],
  // Literals are exact too.
  ['input.a == 9007199254740993', '{"a":9007199254740993}', 'true'],
  ['input.a == 9007199254740992', '{"a":9007199254740993}', 'false'],
  ['9007199254740993', '{}', '9007199254740993'],
  ['-9007199254740993', '{}', '-9007199254740993'],
  ['1e-400 == 0', '{}', 'false'],
  ['.1234567890123456789', '{}', '0.1234567890123456789'],
  ['input.a == "9007199254740993"', '{"a":9007199254740993}', 'false'],
  // As text, and back.
  ['string(input.a)', '{"a":9007199254740993}', '"9007199254740993"'],
  ['input.a + ""', '{"a":1.50000000000000000001}', '"1.50000000000000000001"'],
  ['number("+009007199254740993.10")', '{}', '9007199254740993.10'],
  ['number("1.")', '{}', '1'],
  ['number("1.e3")', '{}', '1000'],
  ['number("-.50")', '{}', '-0.5'],
  ['number("00")', '{}', '0'],
  ['number(".5")', '{}', '0.5'],
  ['toJson(input)', '{"a":[9007199254740993]}', '"{\\"a\\":[9007199254740993]}"'],
  ['parseJson(input.text).id', '{"text":"{\\"id\\":9007199254740993}"}', '9007199254740993'],
  ['input.ids.join(",")', '{"ids":[9007199254740993,1]}', '"9007199254740993,1"'],
  ['toQuery(input)', '{"id":9007199254740993}', '"id=9007199254740993"'],
  // What a number is to helpers.
  ['type(input.a)', '{"a":9007199254740993}', '"number"'],
  ['isEmpty(input.a)', '{"a":9007199254740993}', 'false'],
  ['bool(input.a)', '{"a":1e-400}', 'true'],
  ['input.a ? 1 : 2', '{"a":1e-400}', '1'],
  ['exists(input.a)', '{"a":9007199254740993}', 'true'],
  ['input.a in {"9007199254740993": 1}', '{"a":9007199254740993}', 'true'],
  ['{"9007199254740993": 1}[input.a]', '{"a":9007199254740993}', '1'],
  ['input.list.groupBy("id")', '{"list":[{"id":9007199254740993}]}', '{"9007199254740993":[{"id":9007199254740993}]}'],
  ['input.list.pluck("id")', '{"list":[{"id":9007199254740993}]}', '[9007199254740993]'],
  ['input.a.b ?? 1', '{"a":9007199254740993}', '1'],
  ['input.a["b"] ?? 1', '{"a":9007199254740993}', '1'],
  // Rounding.
  ['round(input.a, 2)', '{"a":12345678901234567890.125}', '12345678901234567890.13'],
  ['round(input.a)', '{"a":-12345678901234567890.5}', '-12345678901234567891'],
  ['floor(input.a)', '{"a":-12345678901234567890.1}', '-12345678901234567891'],
  ['ceil(input.a)', '{"a":-12345678901234567890.1}', '-12345678901234567890'],
  ['floor(input.a)', '{"a":-1e-5000}', '-1'],
  ['ceil(input.a)', '{"a":1e-5000}', '1'],
  ['round(input.a)', '{"a":1e-5000}', '0'],
  ['round(input.a, 4)', '{"a":3.3333333333333333}', '3.3333'],
  ['input.a.toFixed(2)', '{"a":12345678901234567890.125}', '"12345678901234567890.13"'],
  ['input.a.toFixed(2)', '{"a":-0.0012345678901234567890}', '"0.00"'],
  ['input.a.toFixed(1)', '{"a":9007199254740993}', '"9007199254740993.0"'],
  ['input.a.format()', '{"a":12345678901234567890.123}', '"12,345,678,901,234,567,890.123"'],
  ['clamp(input.a, 0, 10)', '{"a":9007199254740993}', '10'],
  ['clamp(5, input.a, 1e30)', '{"a":9007199254740993}', '9007199254740993'],
  ['average([input.a, 1])', '{"a":9007199254740993}', '4503599627370497'],
  // Where a double is enough it is one.
  ['"a".repeat(input.a)', '{"a":3.00000000000000000001}', '"aaa"'],
  ['date(input.a)', '{"a":1700000000.0000000000001}', '"2023-11-14T22:13:20.000Z"'],
])('%s of %s is %s', (expression, input, expected) => {
  expect(result(expression, input)).toBe(expected);
});

test.each<[string, string, RegExp]>([
  ['input.a + 1', '{"a":1e5000}', /^E_LIMIT .*1000 digits/],
  ['input.a * input.a', `{"a":${'9'.repeat(600)}}`, /^E_LIMIT .*1000 digits/],
  ['input.a / 2', '{"a":1e400}', /^E_MATH .*no finite result/],
  ['"a".repeat(input.a)', '{"a":1e400}', /^E_MATH .*too large/],
  ['input.a / 0', '{"a":9007199254740993}', /^E_MATH division by zero/],
  ['input.a % 0', '{"a":9007199254740993}', /^E_MATH division by zero/],
  ['input.a < "1"', '{"a":9007199254740993}', /^E_TYPE cannot compare number with text/],
  ['input.a.b', '{"a":9007199254740993}', /^E_TYPE cannot read 'b' of a number/],
  ['input.a.text', '{"a":9007199254740993}', /^E_TYPE cannot read 'text' of a number/],
  ['toUpperCase(input.a)', '{"a":9007199254740993}', /^E_TYPE .*needs text.*got number/],
  ['keys(input.a)', '{"a":9007199254740993}', /^E_TYPE .*needs object.*got number/],
  ['format(input.a)', '{"a":1e100000}', /^E_LIMIT/],
  ['input.a == input.b', '{"a":1e99999999999999999999,"b":1e99999999999999999998}', /^E_LIMIT .*exponent/],
])('%s of %s fails', (expression, input, expected) => {
  expect(failure(expression, input)).toMatch(expected);
});

test('ids that differ in the last digit are different in a condition and in a text', () => {
  const context = { input: parseJson('{"a":9007199254740993,"b":9007199254740992}') };
  expect(compileCondition('{{input.a}} == {{input.b}}').evaluate(context)).toBe(false);
  expect(compileTemplate('{{input.a}}/{{input.b}}').evaluate(context)).toBe('9007199254740993/9007199254740992');
});

test('a number alone is no condition', () => {
  const condition = compileCondition('input.a');
  expect(() => condition.evaluate({ input: parseJson('{"a":9007199254740993}') })).toThrow('gave a number');
});
