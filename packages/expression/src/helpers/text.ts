import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { TYPE } from '../value.js';
import { findText, replaceText, splitText } from '../text-search.js';
import { type Helper, helper, number, optional, text } from './helper.js';
import { stripTags } from './html.js';
import { isEmail, isUrl } from './text-scan.js';
import { slugOf, titleCase } from './text-words.js';

const GROUP = 'Text';
const subject = text('text');

export const textHelpers: readonly Helper[] = [
  helper(GROUP, 'toUpperCase', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text in capital letters.',
    examples: [["'ada'.toUpperCase()", '"ADA"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      return grown(evaluation, value, value.toUpperCase());
    },
  }),
  helper(GROUP, 'toLowerCase', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text in small letters.',
    examples: [["'ADA'.toLowerCase()", '"ada"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      return grown(evaluation, value, value.toLowerCase());
    },
  }),
  helper(GROUP, 'trim', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text without white space at both ends.',
    examples: [["'  a b '.trim()", '"a b"']],
    run: (evaluation, value) => {
      evaluation.chargeText(value.length);
      return value.trim();
    },
  }),
  helper(GROUP, 'startsWith', {
    params: [subject, text('start')],
    returns: TYPE.boolean,
    doc: 'Whether the text begins with another.',
    examples: [["input.name.startsWith('Ada')", 'true']],
    run: (evaluation, value, start) => {
      evaluation.chargeText(start.length);
      return value.startsWith(start);
    },
  }),
  helper(GROUP, 'endsWith', {
    params: [subject, text('end')],
    returns: TYPE.boolean,
    doc: 'Whether the text ends with another.',
    examples: [["'report.pdf'.endsWith('.pdf')", 'true']],
    run: (evaluation, value, end) => {
      evaluation.chargeText(end.length);
      return value.endsWith(end);
    },
  }),
  helper(GROUP, 'split', {
    params: [subject, text('separator')],
    returns: TYPE.array,
    doc: 'The parts between the separators; an empty separator gives the single characters.',
    examples: [["'a,b,c'.split(',')", '["a","b","c"]']],
    run: (evaluation, value, separator) => {
      if (separator !== '') return splitText(evaluation, value, separator);
      evaluation.reserveArray(value.length);
      return value.split('');
    },
  }),
  helper(GROUP, 'lines', {
    params: [subject],
    returns: TYPE.array,
    doc: 'The lines of the text, without their line ends.',
    examples: [["'a\\r\\nb'.lines()", '["a","b"]']],
    run: (evaluation, value) => {
      const lines = splitText(evaluation, value, '\n');
      return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    },
  }),
  helper(GROUP, 'replace', {
    params: [subject, text('part'), text('replacement')],
    returns: TYPE.text,
    doc: 'The text with the first occurrence of a part replaced. Parts are literal: no patterns, and `$` has no meaning.',
    examples: [["'a-b-c'.replace('-', '+')", '"a+b-c"']],
    run: (evaluation, value, part, replacement) => {
      evaluation.checkText(value.length + replacement.length);
      evaluation.chargeText(replacement.length);
      const at = findText(evaluation, value, part);
      return at === -1 ? value : value.slice(0, at) + replacement + value.slice(at + part.length);
    },
  }),
  helper(GROUP, 'replaceAll', {
    params: [subject, text('part'), text('replacement')],
    returns: TYPE.text,
    doc: 'The text with every occurrence of a part replaced; parts are literal.',
    examples: [["'a-b-c'.replaceAll('-', '+')", '"a+b+c"']],
    run: (evaluation, value, part, replacement) => {
      if (part === '') throw new Fault('E_VALUE', 'replaceAll() needs a part that is not empty');
      return replaceText(evaluation, value, part, replacement);
    },
  }),
  helper(GROUP, 'padStart', {
    params: [subject, number('length'), optional(text('fill'))],
    returns: TYPE.text,
    doc: 'The text filled up at its start to a length, with spaces or the given text.',
    examples: [["'7'.padStart(3, '0')", '"007"']],
    run: (evaluation, value, length, fill = ' ') => {
      evaluation.reserveText(Math.max(value.length, length));
      return value.padStart(length, fill);
    },
  }),
  helper(GROUP, 'padEnd', {
    params: [subject, number('length'), optional(text('fill'))],
    returns: TYPE.text,
    doc: 'The text filled up at its end to a length, with spaces or the given text.',
    examples: [["'7'.padEnd(3, '.')", '"7.."']],
    run: (evaluation, value, length, fill = ' ') => {
      evaluation.reserveText(Math.max(value.length, length));
      return value.padEnd(length, fill);
    },
  }),
  helper(GROUP, 'repeat', {
    params: [subject, number('count')],
    returns: TYPE.text,
    doc: 'The text a number of times.',
    examples: [["'ab'.repeat(3)", '"ababab"']],
    run: (evaluation, value, count) => {
      if (!Number.isSafeInteger(count) || count < 0) {
        throw new Fault('E_VALUE', 'repeat() needs a whole number that is not negative');
      }
      evaluation.reserveText(value.length * count);
      return value.repeat(count);
    },
  }),
  helper(GROUP, 'capitalize', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text with a capital first letter; the rest is kept.',
    examples: [["'hello World'.capitalize()", '"Hello World"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      const [first = ''] = value;
      return first.toUpperCase() + value.slice(first.length);
    },
  }),
  helper(GROUP, 'toTitleCase', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text with a capital first letter in every word, the others small.',
    examples: [["'ada LOVELACE'.toTitleCase()", '"Ada Lovelace"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      return grown(evaluation, value, titleCase(evaluation, value));
    },
  }),
  helper(GROUP, 'slug', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text as part of an address: small letters a-z, digits and single hyphens; accents are dropped.',
    examples: [["'Crème Brûlée, 2 pcs!'.slug()", '"creme-brulee-2-pcs"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length * 2);
      return slugOf(evaluation, value);
    },
  }),
  helper(GROUP, 'truncate', {
    params: [subject, number('length'), optional(text('ending'))],
    returns: TYPE.text,
    doc: 'At most `length` characters of the text, the ending (`…`) counted; never half an emoji.',
    examples: [["'Hello world'.truncate(6)", '"Hello…"']],
    run: (evaluation, value, length, ending = '…') => {
      evaluation.chargeText(value.length + ending.length);
      if (value.length <= length) return value;
      const room = Math.max(0, Math.floor(length));
      const kept = value.slice(0, Math.max(0, room - ending.length));
      return (/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept) + ending.slice(0, room);
    },
  }),
  helper(GROUP, 'before', {
    params: [subject, text('part')],
    returns: TYPE.text,
    doc: 'What comes before the first occurrence of a part; the whole text if there is none.',
    examples: [["'ada@example.com'.before('@')", '"ada"']],
    run: (evaluation, value, part) => {
      const at = findText(evaluation, value, part);
      return at === -1 ? value : value.slice(0, at);
    },
  }),
  helper(GROUP, 'after', {
    params: [subject, text('part')],
    returns: TYPE.text,
    doc: 'What comes after the first occurrence of a part; empty if there is none.',
    examples: [["'ada@example.com'.after('@')", '"example.com"']],
    run: (evaluation, value, part) => {
      const at = findText(evaluation, value, part);
      return at === -1 ? '' : value.slice(at + part.length);
    },
  }),
  helper(GROUP, 'stripHtml', {
    params: [subject],
    returns: TYPE.text,
    doc: 'The text without HTML tags, comments, scripts and styles; for reading only, it makes nothing safe to display.',
    examples: [["'<p>Hi <b>Ada</b></p>'.stripHtml()", '"Hi Ada"']],
    run: (evaluation, value) => {
      evaluation.reserveText(value.length);
      return stripTags(evaluation, value);
    },
  }),
  helper(GROUP, 'isEmail', {
    params: [subject],
    returns: TYPE.boolean,
    doc: 'Whether the text looks like one e-mail address.',
    examples: [["'ada@example.com'.isEmail()", 'true']],
    run: (evaluation, value) => {
      evaluation.chargeText(Math.min(value.length, 320));
      return isEmail(value);
    },
  }),
  helper(GROUP, 'isUrl', {
    params: [subject],
    returns: TYPE.boolean,
    doc: 'Whether the text is an http or https address.',
    examples: [["'https://example.com/a'.isUrl()", 'true']],
    run: (evaluation, value) => {
      evaluation.chargeText(Math.min(value.length, 2048));
      return isUrl(value);
    },
  }),
];

/** A text that was made of another one, unless it has become too long: some letters are several in another case. */
function grown(evaluation: Evaluation, value: string, result: string): string {
  if (result.length > value.length) evaluation.reserveText(result.length);
  return result;
}
