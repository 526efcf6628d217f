import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { compareNumbers, isNumeric, plus, quotient } from '../exact/arithmetic.js';
import { ExactNumber, type Numeric } from '../exact/exact-number.js';
import { compare } from '../operators.js';
import { FORBIDDEN_KEY, TYPE, type Value } from '../value.js';
import { array, type Helper, helper, key, numeric, oneOf, optional, text } from './helper.js';
import { keysOf, numbersOf } from './item-key.js';

const GROUP = 'Arrays';
const items = array('items');
const numbers = oneOf<Numeric | readonly Value[]>('values', TYPE.number | TYPE.array);

function total(evaluation: Evaluation, values: readonly Numeric[]): Numeric {
  return values.reduce((sum, value) => plus(evaluation, sum, value), 0);
}

/** `min` and `max` take one array or any number of numbers. */
function extreme(
  evaluation: Evaluation,
  first: Numeric | readonly Value[],
  more: readonly Numeric[],
  sign: 1 | -1,
): Numeric | undefined {
  const name = sign === 1 ? 'max' : 'min';
  if (Array.isArray(first) && more.length > 0) {
    throw new Fault('E_ARGS', `${name}() takes one array or several numbers, not both`);
  }
  const values = isNumeric(first) ? [first, ...more] : numbersOf(evaluation, first, undefined, name);
  if (values.length === 0) return undefined;
  return values.reduce((best, value) => (compareNumbers(evaluation, value, best) * sign > 0 ? value : best));
}

export const orderHelpers: readonly Helper[] = [
  helper(GROUP, 'sum', {
    params: [items, optional(key('key'))],
    returns: TYPE.number,
    doc: 'Sum of the items, or of a field or calculation of each; 0 for an empty array.',
    examples: [
      ['[1, 2, 3].sum()', '6'],
      ["input.items.sum('price')", '10'],
      ['input.items.sum(i => i.price * i.qty)', '24'],
    ],
    run: (evaluation, list, by) => total(evaluation, numbersOf(evaluation, list, by, 'sum')),
  }),
  helper(GROUP, 'average', {
    params: [items, optional(key('key'))],
    returns: TYPE.number,
    doc: 'Mean of the items, or of a field or calculation of each; missing for an empty array.',
    examples: [['[1, 2, 6].average()', '3']],
    run: (evaluation, list, by) => {
      if (list.length === 0) return undefined;
      return quotient(evaluation, total(evaluation, numbersOf(evaluation, list, by, 'average')), list.length);
    },
  }),
  helper(GROUP, 'min', {
    params: [numbers],
    rest: numeric('more'),
    returns: TYPE.number,
    doc: 'The smallest number of an array or of the arguments; missing for an empty array.',
    examples: [
      ['[3, 1].min()', '1'],
      ['min(3, 1, 2)', '1'],
    ],
    run: (evaluation, first, ...more) => extreme(evaluation, first, more, -1),
  }),
  helper(GROUP, 'max', {
    params: [numbers],
    rest: numeric('more'),
    returns: TYPE.number,
    doc: 'The largest number of an array or of the arguments; missing for an empty array.',
    examples: [
      ['[3, 1].max()', '3'],
      ['max(3, 1, 2)', '3'],
    ],
    run: (evaluation, first, ...more) => extreme(evaluation, first, more, 1),
  }),
  helper(GROUP, 'sortBy', {
    params: [items, optional(key('key')), optional(text('direction'))],
    returns: TYPE.array,
    doc: 'The items in ascending (`asc`) or descending (`desc`) order of a field or function, equal ones as they were.',
    examples: [
      ["input.items.sortBy('price').pluck('name')", '["pen","nut","tea"]'],
      ["[2, 10, 1].sortBy(x => x, 'desc')", '[10,2,1]'],
    ],
    run: (evaluation, list, by, direction = 'asc') => {
      if (direction !== 'asc' && direction !== 'desc') {
        throw new Fault('E_VALUE', 'unknown direction of sortBy()', -1, -1, { hint: "use 'asc' or 'desc'" });
      }
      const keys = keysOf(evaluation, list, by, 'sortBy');
      const sign = direction === 'asc' ? 1 : -1;
      const order = list
        .map((_, index) => index)
        .sort((left, right) => {
          evaluation.charge(1);
          return sign * compareKeys(evaluation, keys[left], keys[right]);
        });
      return order.map((index) => list[index] as Value);
    },
  }),
  helper(GROUP, 'groupBy', {
    params: [items, key('key')],
    returns: TYPE.object,
    doc: 'An object with an array of items for each value of a field or function; keys must be text, number, boolean or null.',
    examples: [
      ["[{k: 'a', n: 1}, {k: 'b', n: 2}].groupBy('k')", '{"a":[{"k":"a","n":1}],"b":[{"k":"b","n":2}]}'],
      ["[1, 2, 3].groupBy(x => x > 1 ? 'big' : 'small')", '{"small":[1],"big":[2,3]}'],
    ],
    run: (evaluation, list, by) => {
      const groups = new Map<string, Value[]>();
      keysOf(evaluation, list, by, 'groupBy').forEach((value, index) => {
        const name = groupName(evaluation, value, index);
        const group = groups.get(name);
        if (group === undefined) groups.set(name, [list[index] as Value]);
        else group.push(list[index] as Value);
      });
      return Object.fromEntries(groups);
    },
  }),
];

/** Null sorts first, so that a missing date does not stop a sort in "empty" mode. */
function compareKeys(evaluation: Evaluation, left: Value | undefined, right: Value | undefined): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  return compare(evaluation, left, right);
}

function groupName(evaluation: Evaluation, value: Value, index: number): string {
  if (typeof value === 'object' && value !== null && !(value instanceof ExactNumber)) {
    throw new Fault('E_TYPE', `groupBy() got an array or object as the key of item ${String(index)}`);
  }
  const name = String(value);
  evaluation.chargeText(name.length);
  if (name === FORBIDDEN_KEY) throw new Fault('E_KEY', `the key '${FORBIDDEN_KEY}' is not allowed`);
  return name;
}
