import { isProxy } from 'node:util/types';
import { ExpressionError } from './errors.js';
import { toPlain } from './plain.js';

function refusal(value: unknown): unknown {
  try {
    toPlain(value, { isProxy });
  } catch (thrown) {
    if (thrown instanceof ExpressionError) return [thrown.code, thrown.field];
    throw thrown;
  }
  return 'accepted';
}

test('plain data is copied, dates become text, undefined is left out', () => {
  const source = { a: [1, 'x', true, null, { b: new Date(0) }], skip: undefined, holes: [undefined, 1] };
  const copy = toPlain(source);
  expect(copy).toEqual({ a: [1, 'x', true, null, { b: '1970-01-01T00:00:00.000Z' }], holes: [null, 1] });
  expect(copy).not.toBe(source);
  expect(toPlain(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 });
  expect(toPlain(undefined)).toBeNull();
});

test('__proto__ keys are dropped at any depth', () => {
  const copy = toPlain(JSON.parse('{"a": {"__proto__": {"polluted": 1}, "b": 1}}'));
  expect(copy).toEqual({ a: { b: 1 } });
  expect(Reflect.ownKeys((copy as { a: object }).a)).toEqual(['b']);
});

test('own properties called like methods stay data', () => {
  expect(toPlain({ constructor: 'Acme', toString: 1, hasOwnProperty: [] })).toEqual({
    constructor: 'Acme',
    toString: 1,
    hasOwnProperty: [],
  });
});

const circle: Record<string, unknown> = {};
circle['self'] = circle;

test.each<[string, unknown, unknown]>([
  ['a function', { a: { f: () => 1 } }, ['E_VALUE', 'a.f']],
  ['a symbol value', [Symbol('x')], ['E_VALUE', '[0]']],
  ['a symbol key', { [Symbol('x')]: 1 }, ['E_VALUE', '']],
  ['an accessor', Object.defineProperty({}, 'x', { get: () => 1, enumerable: true }), ['E_VALUE', 'x']],
  ['an accessor in an array', Object.defineProperty([], 0, { get: () => 1, enumerable: true }), ['E_VALUE', '[0]']],
  [
    'a class instance',
    {
      a: new (class Point {
        x = 1;
      })(),
    },
    ['E_VALUE', 'a'],
  ],
  ['a Map', new Map(), ['E_VALUE', '']],
  ['a buffer', { file: Buffer.from('x') }, ['E_VALUE', 'file']],
  ['an error', new Error('x'), ['E_VALUE', '']],
  ['a promise', Promise.resolve(1), ['E_VALUE', '']],
  ['a big integer', [1n], ['E_VALUE', '[0]']],
  ['NaN', { n: NaN }, ['E_VALUE', 'n']],
  ['Infinity', Infinity, ['E_VALUE', '']],
  ['an invalid date', new Date(NaN), ['E_VALUE', '']],
  ['a Proxy', new Proxy({}, {}), ['E_VALUE', '']],
  [
    'an object whose reading throws',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('secret');
        },
      },
    ),
    ['E_VALUE', ''],
  ],
  ['an array that claims to be huge', Object.assign([], { length: 4_294_967_295 }), ['E_LIMIT', '']],
])('%s is refused with its place', (_, value, expected) => {
  expect(refusal(value)).toEqual(expected);
});

test('a circle and data nested deeper than 200 levels are refused', () => {
  expect((refusal(circle) as string[])[0]).toBe('E_LIMIT');
  let deep: unknown = 1;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  expect((refusal(deep) as string[])[0]).toBe('E_LIMIT');
});

test('a Proxy that is not recognised is copied once, so that it cannot answer differently later', () => {
  let reads = 0;
  const shifting = new Proxy(
    { a: 1 },
    { getOwnPropertyDescriptor: () => ({ value: ++reads, enumerable: true, configurable: true }) },
  );
  expect(toPlain(shifting)).toEqual({ a: 1 });
  expect(reads).toBe(1);
});

test('plain objects of another realm are plain', () => {
  expect(toPlain(structuredClone({ a: [1] }))).toEqual({ a: [1] });
});
