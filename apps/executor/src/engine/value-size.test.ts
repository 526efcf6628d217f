import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { SeededRandom } from '@millrace/testing';
import { sizeOf } from './value-size.js';

const bytesOf = (value: unknown): number => Buffer.byteLength(stringifyJson(value));

const TEXTS = [
  '',
  'a',
  'é',
  '€',
  '😀',
  '\ud800',
  '\udc00x',
  '"',
  '\\',
  '\n',
  '\u0001',
  '\u007f',
  'x'.repeat(70),
  '€'.repeat(70),
];
const EXACT = parseJson('[9007199254740993, -0.1234567890123456789, 1e400]') as unknown[];
const NUMBERS = [
  ...EXACT,
  0,
  -0,
  7,
  42,
  512,
  4_096,
  9_999,
  10_000,
  -3,
  0.1,
  1e21,
  1.5e-9,
  Number.MAX_VALUE,
  NaN,
  Infinity,
];

function anyValue(random: SeededRandom, depth: number): unknown {
  const entries = (): unknown[] => Array.from({ length: random.below(5) }, () => anyValue(random, depth - 1));
  const text = (): string => (TEXTS[random.below(TEXTS.length)] ?? '') + (TEXTS[random.below(TEXTS.length)] ?? '');
  switch (random.below(depth > 0 ? 5 : 3)) {
    case 0:
      return text();
    case 1:
      return NUMBERS[random.below(NUMBERS.length)];
    case 2:
      return [null, true, false][random.below(3)];
    case 3:
      return entries();
    default:
      return Object.fromEntries(entries().map((value) => [text(), value]));
  }
}

describe('sizeOf', () => {
  it('counts the bytes that JSON takes, exactly', () => {
    const random = new SeededRandom(7);
    for (let count = 0; count < 3_000; count++) {
      const value = anyValue(random, 4);
      expect([value, sizeOf(value, Infinity).bytes]).toEqual([value, bytesOf(value)]);
    }
    const all = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
    expect(all.filter((unit) => sizeOf(unit, Infinity).bytes !== bytesOf(unit))).toEqual([]);
    expect(sizeOf(all.join(''), Infinity).bytes).toBe(bytesOf(all.join('')));
  });

  it('counts arrays, objects and their entries', () => {
    expect(sizeOf([1, 2, 3], Infinity).values).toBe(3);
    expect(sizeOf([[], {}, { a: 1 }], Infinity).values).toBe(6);
    expect(sizeOf('text', Infinity).values).toBe(0);
  });

  it('counts a shared value each time, as JSON would', () => {
    const shared = { text: 'x'.repeat(1_000) };
    expect(sizeOf([shared, shared, shared], Infinity).bytes).toBe(bytesOf([shared, shared, shared]));
    let doubled: unknown[] = [1];
    for (let depth = 0; depth < 60; depth++) doubled = [doubled, doubled];
    expect(sizeOf(doubled, 1_000).bytes).toBeGreaterThan(1_000);
  });

  it('stops above the limit, also in a value that holds itself', () => {
    const endless: unknown[] = [];
    endless.push(endless, endless);
    expect(sizeOf(endless, 1_000).bytes).toBeGreaterThan(1_000);
    expect(sizeOf('x'.repeat(2_000), 1_000).bytes).toBeGreaterThan(1_000);
    expect(sizeOf({ text: 'x'.repeat(900), more: 'x'.repeat(900), never: 1 }, 1_000).bytes).toBeLessThan(2_500);
  });

  it('walks deep data without recursion', () => {
    let deep: unknown = null;
    for (let level = 0; level < 200_000; level++) deep = [deep];
    expect(sizeOf(deep, Infinity).bytes).toBe(400_004);
  });
});
