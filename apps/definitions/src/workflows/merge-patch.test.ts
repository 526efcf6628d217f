import { mergePatch } from './merge-patch.js';

/** Appendix A of RFC 7396: original, patch, result. */
const APPENDIX_A = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
] as const;

const parse = (text: string): unknown => JSON.parse(text) as unknown;

it.each(APPENDIX_A)('makes of %s by %s what RFC 7396 says', (original, patch, result) => {
  const target = parse(original);
  expect(JSON.stringify(mergePatch(target, parse(patch)))).toBe(result);
  expect(target).toEqual(parse(original));
});

it('keeps members in their place, and nulls inside arrays', () => {
  const merged = mergePatch({ a: 1, b: { c: 1, d: 2 }, e: 3 }, { b: { c: [null, { f: null }] } });
  expect(JSON.stringify(merged)).toBe('{"a":1,"b":{"c":[null,{"f":null}],"d":2},"e":3}');
});

it('pollutes nothing with keys that mean something to JavaScript, at any depth', () => {
  const patch = parse(
    '{"a":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":null}}',
  );
  const merged = mergePatch({ a: { b: 1 } }, patch) as { a: object };
  expect(Object.keys(merged.a)).toEqual(['b', '__proto__', 'constructor']);
  expect(Object.getPrototypeOf(merged.a)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
