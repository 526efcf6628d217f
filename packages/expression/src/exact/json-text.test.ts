import { numberOf } from './exact-number.js';
import { JsonText } from './json-text.js';
import { parseJson, stringifyJson } from './json.js';

const DIGITS = '{"id":9007199254740993,"of":"$1 \\"quoted\\" $& ü"}';

test('is written as it is, with all of its digits, wherever it stands', () => {
  const value = { a: new JsonText(DIGITS), b: [new JsonText('[1e400]'), numberOf('9007199254740995')], c: 'plain' };
  expect(stringifyJson(value)).toBe(`{"a":${DIGITS},"b":[[1e400],9007199254740995],"c":"plain"}`);
  expect(stringifyJson(new JsonText('null'))).toBe('null');
});

test('is read as what it says', () => {
  expect(stringifyJson(parseJson(stringifyJson({ a: new JsonText(DIGITS) })))).toBe(`{"a":${DIGITS}}`);
});

test('is no text that somebody else may write', () => {
  // Each writing begins anew: a mark that is left over stands for nothing.
  expect(stringifyJson({ a: new JsonText('{"secret":1}') })).toBe('{"a":{"secret":1}}');
  expect(stringifyJson({ a: new JsonText('2'), b: 'text 0' })).toBe('{"a":2,"b":"text 0"}');
});

test('is what it says for any other writer, with the digits that a double has', () => {
  expect(JSON.stringify({ a: new JsonText('{"id":9007199254740993}') })).toBe('{"a":{"id":9007199254740992}}');
});
