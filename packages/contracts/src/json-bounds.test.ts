import fc from 'fast-check';
import { exceededJsonBound, jsonExcess, JsonTally, type JsonBounds } from './json-bounds.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const nestsDeeperThan = (body: Uint8Array, depth: number): boolean =>
  exceededJsonBound(body, { depth, values: Infinity, names: Infinity }) === 'depth';

describe('the depth of a JSON text', () => {
  it('counts arrays and objects alike', () => {
    expect(nestsDeeperThan(bytes('{"a":[{"b":1}]}'), 3)).toBe(false);
    expect(nestsDeeperThan(bytes('{"a":[{"b":1}]}'), 2)).toBe(true);
  });

  it('ignores brackets in strings, also behind escaped quotes', () => {
    expect(nestsDeeperThan(bytes('{"a":"[[[[\\"[[[["}'), 1)).toBe(false);
  });

  it('does not add up neighbours', () => {
    expect(nestsDeeperThan(bytes('[[],[],[],[]]'), 2)).toBe(false);
  });
});

describe('exceededJsonBound', () => {
  const bounds = { depth: 3, values: 6, names: 10 };

  it('counts arrays, objects and their entries', () => {
    expect(exceededJsonBound(bytes('[1,2,3,4,5,6]'), bounds)).toBeNull();
    expect(exceededJsonBound(bytes('[1,2,3,4,5,6,7]'), bounds)).toBe('values');
    expect(exceededJsonBound(bytes('[[],[],[],{}]'), bounds)).toBe('values');
    expect(exceededJsonBound(bytes('{"a":1,"b":2,"c":{"d":3}}'), bounds)).toBeNull();
  });

  it('counts in a text that is short enough for the one bound alone', () => {
    expect(exceededJsonBound(bytes('[1,2,3,4]'), { depth: 3, values: 3, names: 100 })).toBe('values');
    expect(exceededJsonBound(bytes(',,,,'), { depth: 3, values: 3, names: 100 })).toBe('values');
    expect(exceededJsonBound(bytes('{"a":1,"b":2}'), { depth: 3, values: 100, names: 1 })).toBe('names');
  });

  it('finds the same in a short text and behind so much space that it is long', () => {
    const limits = { depth: 3, values: 200, names: 200, digits: 3 };
    const texts = fc.oneof(
      fc.json({ depthSize: 'xlarge' }),
      fc.string({ unit: fc.constantFrom(...'[{"\\,:123-.e]} ') }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const behindSpace = exceededJsonBound(bytes(' '.repeat(200) + text), limits);
        expect(exceededJsonBound(bytes(text), limits)).toBe(behindSpace);
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds for texts that belong together as for one', () => {
    const tallied = (body: Uint8Array, bounds: JsonBounds, tally: JsonTally) =>
      jsonExcess(body, bounds, tally)?.bound ?? null;
    const tally = new JsonTally();
    const many = { depth: 3, values: 6, names: 2_000 };
    expect(tallied(bytes('[1,2]'), many, tally)).toBeNull();
    expect(tallied(bytes('[[1]]'), many, tally)).toBeNull();
    expect(tallied(bytes('[]'), many, tally)).toBeNull();
    expect(tallied(bytes('[1,2]'), many, tally)).toBe('values');

    const names = new JsonTally();
    const object = (from: number): Uint8Array =>
      bytes(`{${Array.from({ length: 1_500 }, (_, index) => `"k${from + index}":1`).join()}}`);
    const wide = { depth: 3, values: Infinity, names: 3_000 };
    for (let times = 0; times < 3; times++) expect(tallied(object(0), wide, names)).toBeNull();
    expect(tallied(object(1_500), wide, names)).toBe('names');
  });

  it('bounds the characters of a number, and says where it is', () => {
    const limits = { depth: 3, values: 1_000, names: 1_000, digits: 12 };
    for (const padding of ['', ' '.repeat(1_000)]) {
      const first = `${padding}[1,`;
      for (const most of ['123456789012', '-123456789012', '1234567.1e-2']) {
        expect(
          jsonExcess(bytes(`${first}${most},"12345678901234567890", {"12345678901234567890":1}]`), limits),
        ).toBeNull();
        expect(jsonExcess(bytes(`${first}${most}3]`), limits)).toEqual({
          bound: 'digits',
          at: first.length + (most.startsWith('-') ? 1 : 0),
        });
      }
      expect(jsonExcess(bytes(`${padding}1234567890123`), limits)).toEqual({ bound: 'digits', at: padding.length });
      expect(jsonExcess(bytes(`${first}"a \\" 1",1234567890123]`), limits)?.at).toBe(first.length + 9);
    }
  });

  it('ignores commas in strings, and distinguishes depth from number', () => {
    expect(exceededJsonBound(bytes('",,,,,,,,,,\\",[[[[["'), bounds)).toBeNull();
    expect(exceededJsonBound(bytes('[[[[]]]]'), bounds)).toBe('depth');
  });

  it('finds the end of long strings, whatever is escaped in them', () => {
    const long = 'x'.repeat(100);
    for (const text of [
      long,
      `${long}\\\\`,
      `${long}\\"[[[[[`,
      `\\"${long}\\\\\\"[[[[[`,
      '\\\\'.repeat(60),
      '\\"'.repeat(60),
    ]) {
      expect(exceededJsonBound(bytes(`["${text}"]`), bounds)).toBeNull();
      expect(exceededJsonBound(bytes(`["${text}",[[[1]]]]`), bounds)).toBe('depth');
    }
    expect(exceededJsonBound(bytes(`["${long}`), bounds)).toBeNull();
  });

  it('distinguishes many different names from one that occurs often', () => {
    const many = { depth: 3, values: 1_000_000, names: 5_000 };
    const object = (name: (index: number) => string): Uint8Array =>
      bytes(`{${Array.from({ length: 20_000 }, (_, index) => `"${name(index)}":1`).join(',')}}`);
    expect(
      exceededJsonBound(
        object((index) => `k${index}`),
        many,
      ),
    ).toBe('names');
    expect(
      exceededJsonBound(
        object((index) => `k${index % 100}`),
        many,
      ),
    ).toBeNull();
    expect(
      exceededJsonBound(
        object((index) => `k${index % 4_000}`),
        many,
      ),
    ).toBeNull();
  });
});
