import fc from 'fast-check';
import { decodedPairs } from './form-pairs.js';

/** What a decoder may stumble over, and what may be beside that. */
const PIECES = [
  ...['a', 'b', 'é', '😀', ' ', ';', '[', '?', '#', '\0', '\n', '"', '\ufeff', '\ufffd', '\ud800', '\udc00'],
  ...['&', '&&', '=', '==', '+', '++', '%', '%%', '%2', '%2B', '%2b', '%20', '%26', '%3D', '%25', '%00', '%gg', '%4'],
  ...['%C3%A9', '%C3', '%A9', '%F0%9F%98%80', '%F0%9F', '%ED%A0%80', '%C0%80', '%F8', '%ff', '%EF%BB%BF', '%é', '%4é'],
];

/**
 * The same text with every character beyond ASCII escaped. Node's own decoder cuts such characters off where it finds an escape that is none in the same name
 * or value, so that it is no judge of them as they are.
 */
const escaped = (text: string): string =>
  Buffer.from(text)
    .toString()
    .replace(/[^\0-\x7f]+/g, encodeURIComponent);

const read = (text: string): (readonly [string, string])[] => [...decodedPairs(text)];

describe('decodedPairs', () => {
  it('finds what URLSearchParams finds, whatever is in the text', () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 30 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.webQueryParameters(),
    );
    fc.assert(
      fc.property(texts, (text) => expect(read(text)).toEqual([...new URLSearchParams(escaped(text))])),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['', []],
    ['?a=1', [['a', '1']]],
    [
      '&&a&=&=b&',
      [
        ['a', ''],
        ['', ''],
        ['', 'b'],
      ],
    ],
    ['a=b=c', [['a', 'b=c']]],
    ['a+b=%2B+%2b', [['a b', '+ +']]],
    [
      'a=%&b=%4&c=%4g&d=100%',
      [
        ['a', '%'],
        ['b', '%4'],
        ['c', '%4g'],
        ['d', '100%'],
      ],
    ],
    ['a;b=1', [['a;b', '1']]],
    [
      'a=%C3&b=%C3%A9',
      [
        ['a', '\ufffd'],
        ['b', 'é'],
      ],
    ],
  ])('reads %j', (text, pairs) => {
    expect(read(text)).toEqual(pairs);
  });

  it('leaves a percent sign before the end of a name or value alone', () => {
    expect(read('a%4=1%4&1=2')).toEqual([
      ['a%4', '1%4'],
      ['1', '2'],
    ]);
  });
});
