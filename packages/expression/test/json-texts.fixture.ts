import fc from 'fast-check';

/** A JSON text, and the same text as it is after it was read and written without losing a digit. */
export interface JsonText {
  readonly sent: string;
  readonly kept: string;
}

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
const wholePart = fc.oneof(
  fc.constant('0'),
  fc.tuple(fc.constantFrom(...'123456789'), digits(0, 30)).map(([first, rest]) => first + rest),
  fc.constantFrom(
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '1152921504606846976',
    '1' + '0'.repeat(21),
  ),
);
const fraction = fc.oneof(
  fc.constant(''),
  digits(1, 30).map((text) => `.${text}`),
  // As databases write decimals.
  fc.tuple(digits(1, 18), fc.integer({ min: 1, max: 20 })).map(([text, zeros]) => `.${text}${'0'.repeat(zeros)}`),
);
const exponent = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  fc
    .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 420 }))
    .map((parts) => parts.join('')),
);

/** Numbers of JSON in all notations, many of which no double holds. */
export const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(fc.constantFrom('', '-'), wholePart, fraction, exponent).map((parts) => parts.join('')),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt().map(String),
);

/** What a number reads after it was kept: by fractions of whole numbers, and not by the code under test. */
export function keptNumber(text: string): string {
  const double = Number(text);
  const written = String(double);
  if (!Number.isFinite(double)) return text;
  if (/^-?\d+$/.test(text)) return written === text || text === '-0' ? written : text;
  const [a, b] = [ratioOf(text), ratioOf(written)];
  return a.over * b.under === b.over * a.under ? written : text;
}

function ratioOf(text: string): { over: bigint; under: bigint } {
  const [, sign = '', whole = '', part = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text) ?? [];
  const places = part.length - Number(power);
  const over = BigInt(sign + whole + part) * (places < 0 ? 10n ** BigInt(-places) : 1n);
  return { over, under: places > 0 ? 10n ** BigInt(places) : 1n };
}

const odd = fc.constantFrom(
  '9007199254740993',
  '[9007199254740993',
  ' 1e400,',
  '\\": 12345678901234567890',
  '"',
  '\\',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
);
const text = fc.oneof(odd, fc.string()).map((value) => JSON.stringify(value));
const space = fc.constantFrom('', '', ' ', '\n\t');

/** JSON of all kinds with such numbers in it. No member is there twice, as the last would win. */
export const jsonText: fc.Arbitrary<JsonText> = fc.letrec<{ value: JsonText }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    numberText.map((sent) => ({ sent, kept: keptNumber(sent).replace(/^-0$/, '0') })),
    fc.oneof(text, fc.constantFrom('true', 'false', 'null')).map((sent) => ({ sent, kept: sent })),
    fc.tuple(fc.array(tie('value'), { maxLength: 5 }), space).map(([items, gap]) => ({
      sent: `[${gap}${items.map(({ sent }) => sent).join(`${gap},${gap}`)}${gap}]`,
      kept: `[${items.map(({ kept }) => kept).join(',')}]`,
    })),
    fc
      .tuple(fc.uniqueArray(fc.tuple(text, tie('value')), { maxLength: 5, selector: ([name]) => name }), space)
      // Names that are whole numbers would come first when they are written.
      .map(([members, gap]) => [members.filter(([name]) => !/^"\d+"$/.test(name)), gap] as const)
      .map(([members, gap]) => ({
        sent: `{${members.map(([name, { sent }]) => `${gap}${name}${gap}:${gap}${sent}`).join(',')}${gap}}`,
        kept: `{${members.map(([name, { kept }]) => `${name}:${kept}`).join(',')}}`,
      })),
  ),
})).value;
