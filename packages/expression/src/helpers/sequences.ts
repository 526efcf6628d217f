import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { ExactNumber } from '../exact/exact-number.js';
import { contains, equal } from '../operators.js';
import { type Slot, TYPE, type Value } from '../value.js';
import { findText } from '../text-search.js';
import { any, type Helper, helper, number, oneOf, optional, softly } from './helper.js';

type Sequence = string | readonly Value[];
const sequence = oneOf<Sequence>('within', TYPE.text | TYPE.array);

function position(evaluation: Evaluation, within: Sequence, part: Slot): number {
  if (typeof within === 'string') {
    if (typeof part !== 'string') {
      throw new Fault('E_TYPE', 'indexOf() on a text looks for a text', -1, -1, { hint: 'use string(…)' });
    }
    return findText(evaluation, within, part);
  }
  evaluation.reserveArray(within.length);
  return within.findIndex((item) => equal(evaluation, item, part));
}

/** Helpers that work on texts and arrays alike. */
export const sequenceHelpers: readonly Helper[] = [
  helper('Text', 'length', {
    params: [sequence],
    returns: TYPE.number,
    doc: 'Number of characters (UTF-16 code units) or items. The same as the property: `input.items.length`.',
    examples: [
      ["length('abc')", '3'],
      ['input.items.length', '3'],
    ],
    run: (_, within) => within.length,
  }),
  helper('Text', 'includes', {
    params: [sequence, any('part')],
    returns: TYPE.boolean,
    doc: 'Whether a text contains a part, or an array an equal item. The same as `part in within`.',
    examples: [
      ["'workflow'.includes('flow')", 'true'],
      ['[1, 2].includes(3)', 'false'],
    ],
    run: (evaluation, within, part) => contains(evaluation, part, within),
  }),
  helper('Text', 'indexOf', {
    params: [sequence, any('part')],
    returns: TYPE.number,
    doc: 'Position of a part in a text or of an item in an array, from 0; -1 if it is not there.',
    examples: [
      ["'abc'.indexOf('c')", '2'],
      ['[1, 2].indexOf(3)', '-1'],
    ],
    run: position,
  }),
  helper('Text', 'slice', {
    params: [sequence, number('start'), optional(number('end'))],
    returns: TYPE.text | TYPE.array,
    doc: 'Characters or items from `start` up to, not including, `end`; negative positions count from the end.',
    examples: [
      ["'workflow'.slice(0, 4)", '"work"'],
      ['[1, 2, 3].slice(-2)', '[2,3]'],
    ],
    run: (evaluation, within, start, end) => {
      if (typeof within === 'string') {
        const part = within.slice(start, end);
        evaluation.chargeText(part.length);
        return part;
      }
      evaluation.reserveArray(within.length);
      return within.slice(start, end);
    },
  }),
  helper('Text', 'isEmpty', {
    params: [softly(any('value'))],
    returns: TYPE.boolean,
    doc: 'Whether a value is missing, null, an empty text, or an array or object without content.',
    examples: [
      ["isEmpty('')", 'true'],
      ['input.items.isEmpty()', 'false'],
    ],
    run: (evaluation, value) => {
      if (value === undefined || value === null || value === '') return true;
      if (Array.isArray(value)) return value.length === 0;
      if (typeof value !== 'object' || value instanceof ExactNumber) return false;
      const keys = Object.keys(value).length;
      evaluation.charge(keys);
      return keys === 0;
    },
  }),
];
