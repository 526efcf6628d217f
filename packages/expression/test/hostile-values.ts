import type { Param } from '../src/helpers/helper.js';
import { LIMITS } from '../src/limits.js';
import { TYPE } from '../src/value.js';

/** A value made to be as slow as possible, and what it is called in a report. */
export type Hostile = readonly [name: string, value: unknown];

const { textLength, arrayLength } = LIMITS;
/** Texts of a context may be longer than those an expression makes: up to what a step can output. */
const LONGEST = 10 * textLength;

/** Keys of the widest objects: listing the keys of still wider ones is bounded where data comes in, not here. */
export const WIDEST = 50_000;

const fill = (unit: string, length: number): string => unit.repeat(Math.floor(length / unit.length));
const list = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));
const record = (length: number, item: (index: number) => unknown): Record<string, unknown> =>
  Object.fromEntries(list(length, (index) => [`key${String(index)}`, item(index)] as const));

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

/** Texts whose repetition is known to be expensive somewhere: in a search, a pattern, Unicode, markup, an encoding. */
const UNITS: readonly Hostile[] = [
  ['a', 'a'],
  ['two letters', 'aB'],
  ['words', 'a b-'],
  ['spaces', ' '],
  ['commas', ','],
  ['line ends', '\r\n'],
  ['combining marks', '\u0301\u0316'],
  ['kana marks', '\uff9e\uff9f'],
  ['letters that grow', '\ufdfa'],
  ['sharp s', 'ß'],
  ['final sigmas', "Σ'"],
  ['control characters', '\u0001'],
  ['quotes', '"\\'],
  ['emoji', '😀'],
  ['half emoji', '\ud83d'],
  ['wide letters', '\u4242'],
  ['digits', '9'],
  ['brackets', '<'],
  ['tags', '<a>'],
  ['open scripts', '<script '],
  ['comments', '<!--'],
  ['entities', '&lt;'],
  ['ampersands', '&'],
  ['fields', 'a=b&'],
  ['percent codes', '%41'],
  ['bad percent codes', '%'],
  ['empty arrays', '[],'],
  ['open brackets', '['],
  ['Base64', 'QUJD'],
  ['signs of Base64', '-_=\n'],
  ['dots', 'a.'],
  ['at signs', '@'],
  ['address parts', 'a:'],
  ['asterisks', '*'],
  ['plus signs', '+'],
  ['dotted I', 'İ'],
  ['equals signs', '='],
];

/** Patterns that nearly fit everywhere in a repeated letter. */
const NEAR_MISSES: readonly Hostile[] = [
  ['near miss at its end', `${fill('a', 100_000)}b`],
  ['near miss at its start', `b${fill('a', 100_000)}`],
  ['near miss in the middle', `${fill('a', 100_000)}b${fill('a', 100_000)}`],
  ['short near miss', `${fill('a', 31)}b`],
  ['middling near miss', `${fill('a', 1_000)}b${fill('a', 1_000)}`],
  ['wide near miss', '\u4142\u4142'],
];

/** Texts that mean something to a helper: formats, names of units, algorithms, time zones and languages, all too long or odd. */
const MEANINGFUL: readonly Hostile[] = [
  ['empty text', ''],
  ['one letter', 'a'],
  ['date', '2025-03-01T12:00:00Z'],
  ['nearly a date', `2025-03-01T12:00:00.${'9'.repeat(40)}Z`],
  ['long format', fill('dddd ', 200)],
  ['open format', fill('[', 200)],
  ['time zone', 'America/Argentina/Buenos_Aires'],
  ['long time zone', `Europe/${fill('a', 57)}`],
  ['language', 'de-Latn-DE'],
  ['odd language', 'zz-aaaaaaaa-bbbbbbbb-cccccccc'],
  ['unit', 'months'],
  ['algorithm', 'sha512'],
  ['base64', 'base64'],
  ['desc', 'desc'],
  ['key', 'key1'],
  ['JSON of many keys', JSON.stringify(record(60_000, () => 1))],
  ['JSON of many objects', `[${fill('{"a":{}},', textLength - 10)}0]`],
  ['JSON of many numbers', `[${fill('1,', textLength - 10)}0]`],
  ['JSON of one text', JSON.stringify(fill(',', textLength - 10))],
  ['address', `https://${fill('a.', 2_000)}/`],
];

const ofLength = (length: number, label: string): Hostile[] =>
  UNITS.map(([name, unit]) => [`${label} ${name}`, fill(unit as string, length)]);

const NUMBERS: readonly Hostile[] = [
  ['0', 0],
  ['1', 1],
  ['-1', -1],
  ['0.1', 0.1],
  ['20', 20],
  ['array length', arrayLength - 1],
  ['text length', textLength],
  ['-text length', -textLength],
  ['largest whole', Number.MAX_SAFE_INTEGER],
  ['largest', Number.MAX_VALUE],
  ['smallest', Number.MIN_VALUE],
  ['-largest', -Number.MAX_VALUE],
  ['not a number', NaN],
  ['infinity', Infinity],
  ['a moment', 1_740_830_400_000],
];

const ARRAYS: readonly Hostile[] = [
  ['empty array', []],
  ['long array', list(arrayLength, (index) => index)],
  ['array', list(20_000, (index) => (index * 7919) % 20_000)],
  ['too long array', list(arrayLength * 5, () => null)],
  ['texts', list(20_000, (index) => `text ${String((index * 7919) % 20_000)}`)],
  ['long texts', list(3_000, () => fill('a', 100_000))],
  ['nearly equal texts', list(300, (index) => fill('a', 100_000) + String(index))],
  ['objects', list(20_000, (index) => ({ key: `k${String(index)}`, value: index, key1: String(index) }))],
  ['pairs', list(20_000, (index) => [`k${String(index)}`, index])],
  ['arrays', list(300, () => list(300, (index) => index))],
  ['same arrays', list(1_000, () => list(100, () => [1]))],
  ['empty objects', list(90_000, () => ({}))],
  ['deep array', nested(190, (inner) => [inner])],
  ['wide objects', list(10, () => record(10_000, () => null))],
];

const OBJECTS: readonly Hostile[] = [
  ['empty object', {}],
  ['wide object', record(WIDEST, (index) => index)],
  ['object', record(20_000, (index) => `value ${String(index)}`)],
  ['numbered object', Object.fromEntries(list(20_000, (index) => [String(index * 100_003), index] as const))],
  ['long keys', Object.fromEntries(list(300, (index) => [fill('k', 10_000) + String(index), index] as const))],
  ['lists', record(10, () => list(9_000, (index) => index))],
  ['long texts', record(100, () => fill('\u0001', 100_000))],
  ['half emoji', record(100, () => fill('\ud83d', 40_000))],
  ['deep object', nested(190, (inner) => ({ inner }))],
  ['shared', { a: list(1_000, () => 1), key: 'a', value: 1, key1: 1 }],
];

const OTHERS: readonly Hostile[] = [
  ['true', true],
  ['null', null],
];

/** Everything hostile, by the bit of its type. `every`: all lengths of all texts, else one length of each and the worst patterns. */
export function hostilesOf(every: boolean): ReadonlyMap<number, readonly Hostile[]> {
  const texts = [
    ...MEANINGFUL,
    ...NEAR_MISSES,
    ...ofLength(textLength, 'longest'),
    ...(every
      ? [...ofLength(50_000, 'long'), ...ofLength(400_000, 'longer'), ...ofLength(LONGEST / 2, 'too long')]
      : // The longest are refused by helpers whose result might be longer still, before these do any work.
        [['long combining marks', fill('\u0301\u0316', 50_000)] as const]),
    ['too long text', fill('a', LONGEST)] as const,
  ];
  return new Map([
    [TYPE.text, texts],
    [TYPE.number, NUMBERS],
    [TYPE.array, ARRAYS],
    [TYPE.object, OBJECTS],
    [TYPE.boolean, OTHERS],
  ]);
}

/** Names of the values that make each other slow: given at two places at once. */
const WORST_TOGETHER = new Set([
  ...NEAR_MISSES.map(([name]) => name),
  ...[
    'longest a',
    'longest combining marks',
    'one letter',
    'largest',
    'nearly equal texts',
    'wide objects',
    'wide object',
  ],
]);

/** Those of some values that are given at two places at once. */
export const worstOf = (values: readonly Hostile[]): readonly Hostile[] =>
  values.filter(([name]) => WORST_TOGETHER.has(name));

/** A tame argument for each type a parameter may have, so that the other arguments are reached. */
const TAME: readonly (readonly [type: number, value: Hostile])[] = [
  [TYPE.text, ['tame text', 'a']],
  [TYPE.number, ['tame number', 2]],
  [TYPE.array, ['tame array', [{ key: 'a', value: 1 }]]],
  [TYPE.object, ['tame object', { key: 'a', value: 1 }]],
];

export function tameOf(param: Pick<Param, 'types' | 'name'>): Hostile {
  const byName = new Map<string, string>([
    ['unit', 'days'],
    ['part', 'day'],
    ['zone', 'Europe/Berlin'],
    ['locale', 'de-DE'],
    ['algorithm', 'sha256'],
    ['encoding', 'hex'],
    ['direction', 'asc'],
    ['format', 'YYYY'],
    ['date', '2025-03-01'],
    ['other', '2025-03-01'],
  ]).get(param.name);
  if (byName !== undefined) return [`tame ${param.name}`, byName];
  return TAME.find(([type]) => (param.types & type) !== 0)?.[1] ?? ['null', null];
}
