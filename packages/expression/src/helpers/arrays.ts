import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { canonicalText, COUNTED } from '../exact/arithmetic.js';
import { ExactNumber } from '../exact/exact-number.js';
import { equal, toText, truthy } from '../operators.js';
import { ANY_TYPE, type Slot, TYPE, type Value } from '../value.js';
import { any, array, type Helper, helper, key, lambda, number, optional, reducer, text } from './helper.js';
import { keyOf, keysOf, present } from './item-key.js';

const GROUP = 'Arrays';
const items = array('items');

export const arrayHelpers: readonly Helper[] = [
  helper(GROUP, 'map', {
    params: [items, lambda('change')],
    returns: TYPE.array,
    doc: 'A new array with the result of the function for each item.',
    examples: [['input.items.map(i => i.price * i.qty)', '[10,6,8]']],
    run: (evaluation, list, change) => {
      evaluation.reserveArray(list.length);
      const result: Value[] = [];
      for (let index = 0; index < list.length; index++) {
        result.push(present(evaluation, change.call(evaluation, list[index], index), 'map', index));
      }
      return result;
    },
  }),
  helper(GROUP, 'filter', {
    params: [items, lambda('test')],
    returns: TYPE.array,
    doc: 'The items for which the function is true.',
    examples: [['input.items.filter(i => i.price > 3).length', '1']],
    run: (evaluation, list, test) => {
      evaluation.reserveArray(list.length);
      const result: Value[] = [];
      for (let index = 0; index < list.length; index++) {
        const item = list[index];
        if (truthy(test.call(evaluation, item, index))) result.push(item ?? null);
      }
      return result;
    },
  }),
  helper(GROUP, 'find', {
    params: [items, lambda('test')],
    returns: ANY_TYPE,
    doc: 'The first item for which the function is true; missing if there is none.',
    examples: [["input.items.find(i => i.name == 'nut').price", '3']],
    run: (evaluation, list, test) => {
      evaluation.reserveArray(list.length);
      return list.find((item, index) => truthy(test.call(evaluation, item, index)));
    },
  }),
  helper(GROUP, 'some', {
    params: [items, lambda('test')],
    returns: TYPE.boolean,
    doc: 'Whether the function is true for at least one item.',
    examples: [['input.items.some(i => i.qty > 3)', 'true']],
    run: (evaluation, list, test) => {
      evaluation.reserveArray(list.length);
      return list.some((item, index) => truthy(test.call(evaluation, item, index)));
    },
  }),
  helper(GROUP, 'every', {
    params: [items, lambda('test')],
    returns: TYPE.boolean,
    doc: 'Whether the function is true for all items; true for an empty array.',
    examples: [['input.items.every(i => i.qty > 0)', 'true']],
    run: (evaluation, list, test) => {
      evaluation.reserveArray(list.length);
      return list.every((item, index) => truthy(test.call(evaluation, item, index)));
    },
  }),
  helper(GROUP, 'reduce', {
    params: [items, reducer('combine'), any('start')],
    returns: ANY_TYPE,
    doc: 'One value made of all items: the function gets the result so far and the next item.',
    examples: [['[1, 2, 3].reduce((sum, x) => sum + x, 0)', '6']],
    run: (evaluation, list, combine, start) => {
      evaluation.reserveArray(list.length);
      let result: Value = start;
      list.forEach((item, index) => {
        result = present(evaluation, combine.call(evaluation, result, item, index), 'reduce', index);
      });
      return result;
    },
  }),
  helper(GROUP, 'join', {
    params: [items, optional(text('separator'))],
    returns: TYPE.text,
    doc: 'The items as one text, with a separator (`,`) between them; null is empty.',
    examples: [["['a', 1, true].join('-')", '"a-1-true"']],
    run: (evaluation, list, separator = ',') => {
      evaluation.reserveArray(list.length);
      let length = 0;
      const parts = list.map((item) => {
        const part = toText(evaluation, item);
        length += part.length + separator.length;
        evaluation.checkText(length);
        return part;
      });
      evaluation.reserveText(length);
      return parts.join(separator);
    },
  }),
  helper(GROUP, 'concat', {
    params: [items],
    rest: any('more'),
    returns: TYPE.array,
    doc: 'A new array with further items at its end; arrays are added item by item.',
    examples: [['[1].concat([2, 3], 4)', '[1,2,3,4]']],
    run: (evaluation, list, ...more) => {
      const length = more.reduce<number>((sum, part) => sum + (Array.isArray(part) ? part.length : 1), list.length);
      evaluation.reserveArray(length);
      return list.concat(...more);
    },
  }),
  helper(GROUP, 'first', {
    params: [items],
    returns: ANY_TYPE,
    doc: 'The first item; missing if there is none.',
    examples: [['[1, 2].first()', '1']],
    run: (_, list) => list[0],
  }),
  helper(GROUP, 'last', {
    params: [items],
    returns: ANY_TYPE,
    doc: 'The last item; missing if there is none. The same as `items[-1]`.',
    examples: [['[1, 2].last()', '2']],
    run: (_, list) => list[list.length - 1],
  }),
  helper(GROUP, 'unique', {
    params: [items, optional(key('key'))],
    returns: TYPE.array,
    doc: 'The items without repetitions, the first of each kept; compared as a whole or by a key.',
    examples: [
      ['[1, 2, 1].unique()', '[1,2]'],
      ["[{k: 1, v: 1}, {k: 1, v: 2}].unique('k')", '[{"k":1,"v":1}]'],
    ],
    run: (evaluation, list, by) => unique(evaluation, list, keysOf(evaluation, list, by, 'unique')),
  }),
  helper(GROUP, 'flat', {
    params: [items, optional(number('depth'))],
    returns: TYPE.array,
    doc: 'The items of inner arrays as items of one array, 1 level deep by default; more than 5 levels count as 5.',
    examples: [['[1, [2, [3]]].flat(2)', '[1,2,3]']],
    run: (evaluation, list, depth = 1) => {
      const result: Value[] = [];
      flatten(evaluation, list, Math.min(5, Math.floor(depth)), result);
      return result;
    },
  }),
  helper(GROUP, 'reverse', {
    params: [items],
    returns: TYPE.array,
    doc: 'The items from last to first, as a new array.',
    examples: [['[1, 2, 3].reverse()', '[3,2,1]']],
    run: (evaluation, list) => {
      evaluation.reserveArray(list.length);
      return list.toReversed();
    },
  }),
  helper(GROUP, 'pluck', {
    params: [items, text('field')],
    returns: TYPE.array,
    doc: 'One field of each item; null where it is missing.',
    examples: [["input.items.pluck('name')", '["tea","nut","pen"]']],
    run: (evaluation, list, field) => {
      evaluation.reserveArray(list.length);
      return list.map((item, index) => keyOf(evaluation, item, index, field) ?? null);
    },
  }),
  helper(GROUP, 'chunk', {
    params: [items, number('size')],
    returns: TYPE.array,
    doc: 'The items in arrays of at most `size` items each.',
    examples: [['[1, 2, 3].chunk(2)', '[[1,2],[3]]']],
    run: (evaluation, list, size) => {
      if (!Number.isSafeInteger(size) || size < 1) throw new Fault('E_VALUE', 'chunk() needs a whole number from 1');
      evaluation.reserveArray(list.length);
      const result: Value[] = [];
      for (let at = 0; at < list.length; at += size) result.push(list.slice(at, at + size));
      return result;
    },
  }),
  helper(GROUP, 'compact', {
    params: [items],
    returns: TYPE.array,
    doc: 'The items without null, false, 0 and empty texts.',
    examples: [["[1, null, '', 2].compact()", '[1,2]']],
    run: (evaluation, list) => {
      evaluation.reserveArray(list.length);
      return list.filter((item) => truthy(item));
    },
  }),
  helper(GROUP, 'count', {
    params: [items, optional(lambda('test'))],
    returns: TYPE.number,
    doc: 'Number of items, or of those for which the function is true.',
    examples: [['input.items.count(i => i.price < 3)', '1']],
    run: (evaluation, list, test) => {
      if (test === undefined) return list.length;
      evaluation.reserveArray(list.length);
      return list.filter((item, index) => truthy(test.call(evaluation, item, index))).length;
    },
  }),
];

function unique(evaluation: Evaluation, list: readonly Value[], keys: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  const seenNumbers = new Set<string>();
  const seenObjects: Value[] = [];
  return list.filter((_, index) => {
    const value = keys[index] as Value;
    // A double of this size may be the same number as an exact one.
    if (value instanceof ExactNumber || (typeof value === 'number' && Math.abs(value) >= COUNTED)) {
      const { size } = seenNumbers;
      return seenNumbers.add(canonicalText(evaluation, value)).size > size;
    }
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'string') evaluation.chargeText(value.length);
      if (seen.has(value)) return false;
      seen.add(value);
      return true;
    }
    evaluation.charge(seenObjects.length);
    if (seenObjects.some((other) => equal(evaluation, other, value))) return false;
    seenObjects.push(value);
    return true;
  });
}

function flatten(evaluation: Evaluation, list: readonly Slot[], depth: number, result: Value[]): void {
  evaluation.reserveArray(list.length);
  for (const item of list) {
    if (Array.isArray(item) && depth > 0) flatten(evaluation, item as readonly Slot[], depth - 1, result);
    else result.push(item ?? null);
  }
}
