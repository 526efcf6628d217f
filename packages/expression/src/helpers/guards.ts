import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { isNumeric } from '../exact/arithmetic.js';
import { ExactNumber, type Numeric, numberOf } from '../exact/exact-number.js';
import { toText, truthy } from '../operators.js';
import { ANY_TYPE, TYPE, typeName, type Value } from '../value.js';
import { any, type Helper, helper, number, optional, softly } from './helper.js';

const GROUP = 'Conversion and guards';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
  ['', false],
]);

const LONGEST_NUMBER = 400;

function toNumber(evaluation: Evaluation, value: Value): Numeric {
  if (isNumeric(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string') {
    const trimmed = value.length > LONGEST_NUMBER ? '' : value.trim();
    evaluation.chargeText(trimmed.length);
    if (/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return numberOf(jsonNotation(trimmed));
    throw new Fault('E_VALUE', 'the text is not a number', -1, -1, {
      hint: "decimals need a point; drop units and separators first, e.g. x.replaceAll(',', '')",
    });
  }
  throw new Fault('E_TYPE', `number() cannot read ${typeName(value)}`);
}

/** `+007.` as JSON writes it: 7. */
function jsonNotation(text: string): string {
  let start = /^[+-]/.test(text) ? 1 : 0;
  while (text.charAt(start) === '0' && /\d/.test(text.charAt(start + 1))) start++;
  const digits = text.slice(start).replace(/\.(?!\d)/, '');
  return `${text.startsWith('-') ? '-' : ''}${digits.startsWith('.') ? '0' : ''}${digits}`;
}

function toBoolean(value: Value): boolean {
  if (typeof value === 'string') {
    const word = value.length > 16 ? undefined : WORDS.get(value.trim().toLowerCase());
    if (word !== undefined) return word;
    throw new Fault('E_VALUE', 'the text is neither true nor false', -1, -1, {
      hint: 'bool() reads true/false, yes/no, on/off, 1/0; compare other texts with ==',
    });
  }
  if (value instanceof ExactNumber) return true;
  if (typeof value === 'object' && value !== null) throw new Fault('E_TYPE', `bool() cannot read ${typeName(value)}`);
  return truthy(value);
}

export const guardHelpers: readonly Helper[] = [
  helper(GROUP, 'number', {
    params: [any('value')],
    returns: TYPE.number,
    doc: 'A number from text such as `"0.9"`, or 1 and 0 for true and false; anything else is an error.',
    examples: [["number(' 0.90 ')", '0.9']],
    run: (evaluation, value) => toNumber(evaluation, value),
  }),
  helper(GROUP, 'string', {
    params: [any('value')],
    returns: TYPE.text,
    doc: 'A value as it would appear in a template: null is empty, arrays and objects are compact JSON.',
    examples: [['string([1, 2])', '"[1,2]"']],
    run: (evaluation, value) => toText(evaluation, value),
  }),
  helper(GROUP, 'bool', {
    params: [any('value')],
    returns: TYPE.boolean,
    doc: 'True or false from text (true/false, yes/no, on/off, 1/0, empty is false), a number (0 is false) or null (false).',
    examples: [["bool('Yes')", 'true']],
    run: (_, value) => toBoolean(value),
  }),
  helper(GROUP, 'type', {
    params: [softly(any('value'))],
    returns: TYPE.text,
    doc: 'The type of a value: `text`, `number`, `boolean`, `null`, `array`, `object` or `missing`.',
    examples: [['type([1])', '"array"']],
    run: (_, value) => typeName(value),
  }),
  helper(GROUP, 'exists', {
    params: [softly(any('value'))],
    returns: TYPE.boolean,
    doc: 'Whether a value is there and not null; a missing parent is fine too.',
    examples: [['exists(input.nobody.name)', 'false']],
    run: (_, value) => value !== undefined && value !== null,
  }),
  helper(GROUP, 'default', {
    params: [softly(any('value')), any('fallback')],
    returns: ANY_TYPE,
    doc: 'The value, or the fallback if it is missing or null. The same as `value ?? fallback`.',
    examples: [
      ["default(input.nobody.name, 'friend')", '"friend"'],
      ["input.nobody.name.default('friend')", '"friend"'],
    ],
    lazy: 'coalesce',
    run: (_, value, fallback) => value ?? fallback,
  }),
  helper(GROUP, 'coalesce', {
    params: [softly(any('value'))],
    rest: softly(any('more')),
    returns: ANY_TYPE,
    doc: 'The first of the values that is neither missing nor null.',
    examples: [["coalesce(input.nickname, input.name, 'you')", '"Ada Lovelace"']],
    method: false,
    lazy: 'coalesce',
    run: (_, ...values) => values.find((value) => value !== undefined && value !== null),
  }),
  helper(GROUP, 'if', {
    params: [any('test'), any('then'), any('otherwise')],
    returns: ANY_TYPE,
    doc: 'One of two values; only the one that is needed is evaluated. The same as `test ? then : otherwise`.',
    examples: [["if(input.vip, 'gold', 'plain')", '"gold"']],
    method: false,
    lazy: 'if',
    run: (_, test, then, otherwise) => (truthy(test) ? then : otherwise),
  }),
  helper(GROUP, 'range', {
    params: [number('start'), number('end'), optional(number('step'))],
    returns: TYPE.array,
    doc: 'Numbers from `start` up to, not including, `end`, in steps of 1 or of `step`.',
    examples: [['range(0, 6, 2)', '[0,2,4]']],
    method: false,
    run: (evaluation, start, end, step = 1) => {
      if (step === 0) throw new Fault('E_VALUE', 'range() needs a step other than 0');
      const length = Math.max(0, Math.ceil((end - start) / step));
      evaluation.reserveArray(length);
      return Array.from({ length }, (_, index) => start + index * step);
    },
  }),
];
