import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { compareNumbers, finite, negated, requireWritable, rounded, roundedText } from '../exact/arithmetic.js';
import { ExactNumber } from '../exact/exact-number.js';
import { TYPE } from '../value.js';
import { type Helper, helper, number, numeric, optional, text } from './helper.js';

const GROUP = 'Numbers';
const subject = numeric('number');

function digits(count: number, most: number): number {
  if (Number.isSafeInteger(count) && count >= 0 && count <= most) return count;
  throw new Fault('E_VALUE', `the number of digits must be whole, from 0 to ${String(most)}`);
}

/** Rounds half away from zero on the decimal digits people see: 1.005 to two digits is 1.01. */
function roundTo(value: number, count: number): number {
  if (count === 0) return Math.sign(value) * Math.round(Math.abs(value));
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  const shifted = Math.round(Number(`${mantissa}e${String(Number(exponent) + count)}`));
  return Math.sign(value) * Number(`${String(shifted)}e${String(-count)}`);
}

const LONGEST_LOCALE = 32;
/** Steps of making a format, which takes about 100 microseconds. */
const FORMAT_STEPS = 300;
/** Few number formats are used at a time. */
const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(evaluation: Evaluation, locale: string, count: number | undefined): Intl.NumberFormat {
  if (locale.length > LONGEST_LOCALE) throw unknownLocale();
  const name = `${locale} ${String(count)}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  evaluation.charge(FORMAT_STEPS);
  try {
    if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(locale)) throw new RangeError('locale');
    const fixed = count === undefined ? {} : { minimumFractionDigits: count, maximumFractionDigits: count };
    const format = new Intl.NumberFormat(locale, fixed);
    if (formats.size >= 64) formats.clear();
    formats.set(name, format);
    return format;
  } catch {
    throw unknownLocale();
  }
}

function unknownLocale(): Fault {
  return new Fault('E_VALUE', 'unknown locale', -1, -1, { hint: "use a code like 'en-US' or 'de-DE'" });
}

export const numberHelpers: readonly Helper[] = [
  helper(GROUP, 'toFixed', {
    params: [subject, optional(number('digits'))],
    returns: TYPE.text,
    doc: 'The number as text with exactly this many digits (0 to 20) after the point, rounded half away from zero.',
    examples: [['(2.5).toFixed(2)', '"2.50"']],
    run: (evaluation, value, count = 0) => {
      const places = digits(count, 20);
      if (value instanceof ExactNumber) return roundedText(evaluation, value, places);
      return (Math.abs(value) < 1e15 && places <= 15 ? roundTo(value, places) : value).toFixed(places);
    },
  }),
  helper(GROUP, 'round', {
    params: [subject, optional(number('digits'))],
    returns: TYPE.number,
    doc: 'The number rounded half away from zero, to 0 to 15 digits after the point (0 by default).',
    examples: [
      ['round(2.5)', '3'],
      ['round(1.005, 2)', '1.01'],
    ],
    run: (evaluation, value, count = 0) => {
      const places = digits(count, 15);
      if (value instanceof ExactNumber) return rounded(evaluation, value, places, 'half');
      return Math.abs(value) >= 1e15 ? value : finite(roundTo(value, places)) + 0;
    },
  }),
  helper(GROUP, 'floor', {
    params: [subject],
    returns: TYPE.number,
    doc: 'The next whole number below.',
    examples: [['floor(-1.5)', '-2']],
    run: (evaluation, value) =>
      value instanceof ExactNumber ? rounded(evaluation, value, 0, 'down') : Math.floor(value),
  }),
  helper(GROUP, 'ceil', {
    params: [subject],
    returns: TYPE.number,
    doc: 'The next whole number above.',
    examples: [['ceil(1.2)', '2']],
    run: (evaluation, value) =>
      value instanceof ExactNumber ? rounded(evaluation, value, 0, 'up') : Math.ceil(value) + 0,
  }),
  helper(GROUP, 'abs', {
    params: [subject],
    returns: TYPE.number,
    doc: 'The number without its sign.',
    examples: [['abs(-3)', '3']],
    run: (_, value) => {
      if (!(value instanceof ExactNumber)) return Math.abs(value);
      return value.text.startsWith('-') ? negated(value) : value;
    },
  }),
  helper(GROUP, 'clamp', {
    params: [subject, numeric('least'), numeric('most')],
    returns: TYPE.number,
    doc: 'The number, or the nearer of the two bounds if it lies outside.',
    examples: [['clamp(12, 0, 10)', '10']],
    run: (evaluation, value, least, most) => {
      if (compareNumbers(evaluation, least, most) > 0)
        throw new Fault('E_VALUE', 'clamp() needs the lower bound first');
      if (compareNumbers(evaluation, value, least) < 0) return least;
      return compareNumbers(evaluation, value, most) > 0 ? most : value;
    },
  }),
  helper(GROUP, 'format', {
    params: [subject, optional(text('locale')), optional(number('digits'))],
    returns: TYPE.text,
    doc: 'The number for readers of a language (`en-US` by default): grouped, with the usual or a fixed number of digits.',
    examples: [
      ['(1234567.891).format()', '"1,234,567.891"'],
      ["(1234.5).format('de-DE', 2)", '"1.234,50"'],
    ],
    run: (evaluation, value, locale = 'en-US', count) => {
      evaluation.charge(20);
      const format = numberFormat(evaluation, locale, count === undefined ? undefined : digits(count, 20));
      if (!(value instanceof ExactNumber)) return format.format(value);
      requireWritable(evaluation, value);
      // As text it keeps its digits, which the type of the method does not know.
      return format.format(value.text as unknown as number);
    },
  }),
];
