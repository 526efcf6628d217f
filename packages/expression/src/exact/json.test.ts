import fc from 'fast-check';
import { jsonText, keptNumber, numberText } from '../../test/json-texts.fixture.js';
import { ExactNumber } from './exact-number.js';
import { parseJson, stringifyJson, TooManyExactNumbersError } from './json.js';

test('JSON keeps every digit that a double would change, and is otherwise written as always', () => {
  fc.assert(
    fc.property(jsonText, ({ sent, kept }) => {
      expect(stringifyJson(parseJson(sent))).toBe(kept);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['1.500000000000000000000', '1.5'],
  ['-0.1234567890123450000', '-0.123456789012345'],
  ['0.12345678901234567', '0.12345678901234567'],
  ['0.1234567890123456789', '0.1234567890123456789'],
  [`0.${'0'.repeat(290)}1`, '1e-291'],
  [`0.${'0'.repeat(330)}1`, `0.${'0'.repeat(330)}1`],
])('the decimal %s is written as %s', (sent, kept) => {
  expect(stringifyJson(parseJson(`[${sent}]`))).toBe(`[${kept}]`);
});

test('a number alone is kept, whatever its notation', () => {
  fc.assert(
    fc.property(numberText, (text) => {
      expect(stringifyJson(parseJson(text))).toBe(keptNumber(text).replace(/^-0$/, '0'));
    }),
    { numRuns: 3_000 },
  );
});

test('what a double writes is a double again, so that a value is the same after it was recorded', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parseJson(JSON.stringify([value]))).toEqual(JSON.parse(JSON.stringify([value])));
      expect(parseJson(JSON.stringify(value))).toBe(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 3_000 },
  );
});

test('what is no JSON is refused in the words of JSON.parse, wherever a long number is in it', () => {
  const damaged = fc.tuple(jsonText, fc.nat(), fc.constantFrom(...'"{}[]:,0.eE-+\\ x')).map(([{ sent }, at, sign]) => {
    const place = at % (sent.length + 1);
    return sent.slice(0, place) + sign + sent.slice(place);
  });
  fc.assert(
    fc.property(damaged, (text) => {
      expect(failureOf(() => parseJson(text))).toBe(failureOf(() => JSON.parse(text)));
    }),
    { numRuns: 5_000 },
  );
});

function failureOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

test.each([
  '{9007199254740993: 1}',
  '{9007199254740993 \n: 1}',
  '{ 9007199254740993: 1}',
  '{"a": 1,9007199254740993 \n: 1}',
  '[09007199254740993]',
  '[9007199254740993.]',
  '[.9007199254740993]',
  '[+9007199254740993]',
  '[9007199254740993e]',
  '[1 9007199254740993]',
  '["a" 9007199254740993]',
  '[9007199254740993',
])('%s is no JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

test('long digits inside a text stay text', () => {
  const sent = '["9007199254740993",": 9007199254740993","\\\\",9007199254740993,"\\",9007199254740993"]';
  const value = parseJson(sent) as unknown[];
  expect(value.map((item) => typeof item)).toEqual(['string', 'string', 'string', 'object', 'string']);
  expect(stringifyJson(value)).toBe(sent);
});

test('a member called __proto__ is a member and no prototype', () => {
  const value = parseJson('{"__proto__": 9007199254740993, "a": {"__proto__": {"b": 1e400}}}') as object;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.keys(value)).toEqual(['__proto__', 'a']);
  expect(stringifyJson(value)).toBe('{"__proto__":9007199254740993,"a":{"__proto__":{"b":1e400}}}');
});

test('data nested 100,000 deep takes no recursion of ours', () => {
  const text = `${'['.repeat(100_000)}9007199254740993${']'.repeat(100_000)}`;
  let value = parseJson(text);
  while (Array.isArray(value)) value = value[0];
  expect(String(value)).toBe('9007199254740993');
});

test('JSON.stringify alone writes the nearest double, and no mark', () => {
  expect(JSON.stringify(parseJson('[9007199254740993, 0.1234567890123456789]'))).toBe(
    '[9007199254740992,0.12345678901234568]',
  );
});

test('a writing that fails leaves nothing behind', () => {
  const circle: { id: unknown; self?: unknown } = { id: parseJson('9007199254740993') };
  circle.self = circle;
  expect(() => stringifyJson(circle)).toThrow(TypeError);
  expect(JSON.stringify({ id: circle.id })).toBe('{"id":9007199254740992}');
});

test('indentation and replacers work as usual', () => {
  const value = parseJson('{"id": 9007199254740993, "secret": 1}');
  const hide = (key: string, item: unknown): unknown => (key === 'secret' ? undefined : item);
  expect(stringifyJson(value, hide, 2)).toBe('{\n  "id": 9007199254740993\n}');
});

test('an exact number has no members that could be read, listed or copied', () => {
  const number = parseJson('9007199254740993');
  expect(number).toBeInstanceOf(ExactNumber);
  expect(Reflect.ownKeys(number as object)).toEqual([]);
});

test('numbers are put into arrays and objects within each other', () => {
  const text = '[9007199254740993,[{"a":[1e400,1]}],"number",null]';
  const value = parseJson(text) as [unknown, [{ a: unknown[] }]];
  expect([value[0], value[1][0].a[0]]).toEqual([expect.any(ExactNumber), expect.any(ExactNumber)]);
  expect(stringifyJson(value)).toBe(text);
});

test('a text has as many exact numbers as it may, whatever its other numbers are', () => {
  expect(stringifyJson(parseJson('[1e400, 1, 2.5, 1e401, "1e402"]', 2))).toBe('[1e400,1,2.5,1e401,"1e402"]');
  expect(() => parseJson('[1e400, 1, 2.5, 1e401, 1e402]', 2)).toThrow(TooManyExactNumbersError);
});
