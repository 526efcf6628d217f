import fc from 'fast-check';

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
const first = fc.constantFrom(...'123456789');

/** A whole number of 19 digits and more, or a decimal with at least as many, the way it is written when it is kept. */
const number = fc
  .tuple(fc.constantFrom('', '-'), first, digits(18, 40), fc.option(fc.tuple(digits(0, 20), first), { nil: undefined }))
  .map(([sign, start, rest, fraction]) => `${sign}${start}${rest}${fraction ? `.${fraction.join('')}` : ''}`);

/**
 * JSON texts with numbers that no double holds, each of them as it must be after it was read and written: without spaces, with letters in front
 * of the names of members, and none of them twice.
 */
export const exactJson: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: number },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(`${text} 9007199254740993`)) },
    { weight: 1, arbitrary: fc.constantFrom('true', 'false', 'null', '1', '0.5') },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`) },
    {
      weight: 2,
      arbitrary: fc
        .uniqueArray(fc.tuple(fc.string(), tie('value')), { maxLength: 4, selector: ([name]) => name })
        .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(`m${name}`)}:${value}`).join(',')}}`),
    },
  ),
})).value;
