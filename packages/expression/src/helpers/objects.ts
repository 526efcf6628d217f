import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { ExactNumber } from '../exact/exact-number.js';
import { FORBIDDEN_KEY, hasOwn, type Slot, TYPE, type Value, type ValueObject } from '../value.js';
import { array, type Helper, helper, object, text } from './helper.js';

const GROUP = 'Objects';
const subject = object('object');

/** The keys of an object that can be read, their number spent. */
function keysOf(evaluation: Evaluation, value: ValueObject): string[] {
  const keys = Object.keys(value).filter((key) => key !== FORBIDDEN_KEY && value[key] !== undefined);
  evaluation.reserveArray(keys.length);
  return keys;
}

export const objectHelpers: readonly Helper[] = [
  helper(GROUP, 'keys', {
    params: [subject],
    returns: TYPE.array,
    doc: 'The keys of an object.',
    examples: [['keys({a: 1, b: 2})', '["a","b"]']],
    run: (evaluation, value) => keysOf(evaluation, value),
  }),
  helper(GROUP, 'values', {
    params: [subject],
    returns: TYPE.array,
    doc: 'The values of an object, in the order of its keys.',
    examples: [['values({a: 1, b: 2})', '[1,2]']],
    run: (evaluation, value) => keysOf(evaluation, value).map((key) => value[key] as Value),
  }),
  helper(GROUP, 'entries', {
    params: [subject],
    returns: TYPE.array,
    doc: 'An array of `{key, value}` for each field of an object.',
    examples: [['entries({a: 1})', '[{"key":"a","value":1}]']],
    run: (evaluation, value) => keysOf(evaluation, value).map((key) => ({ key, value: value[key] as Value })),
  }),
  helper(GROUP, 'fromEntries', {
    params: [array('entries')],
    returns: TYPE.object,
    doc: 'An object of `{key, value}` objects or `[key, value]` pairs; the last of equal keys wins.',
    examples: [["fromEntries([['a', 1], {key: 'b', value: 2}])", '{"a":1,"b":2}']],
    run: (evaluation, entries) => {
      evaluation.reserveArray(entries.length);
      const result: Record<string, Value> = {};
      entries.forEach((entry, index) => {
        const [key, value] = pair(entry);
        if (typeof key !== 'string' || value === undefined) {
          throw new Fault('E_VALUE', `fromEntries() needs a text key and a value in item ${String(index)}`);
        }
        if (key === FORBIDDEN_KEY) throw new Fault('E_KEY', `the key '${FORBIDDEN_KEY}' is not allowed`);
        evaluation.chargeText(key.length);
        result[key] = value;
      });
      return result;
    },
  }),
  helper(GROUP, 'has', {
    params: [subject, text('key')],
    returns: TYPE.boolean,
    doc: 'Whether an object has a key, even if its value is null.',
    examples: [["has({a: null}, 'a')", 'true']],
    run: (evaluation, value, key) => {
      if (key.length > 64) evaluation.chargeText(key.length);
      return key !== FORBIDDEN_KEY && hasOwn(value, key) && value[key] !== undefined;
    },
  }),
  helper(GROUP, 'merge', {
    params: [subject],
    rest: object('more'),
    returns: TYPE.object,
    doc: 'A new object with the fields of all; later ones win. Inner objects are replaced, not merged.',
    examples: [['merge({a: 1, b: 1}, {b: 2})', '{"a":1,"b":2}']],
    run: (evaluation, first, ...more) => {
      const result: Record<string, Value> = {};
      for (const part of [first, ...more]) {
        for (const key of keysOf(evaluation, part)) result[key] = part[key] as Value;
      }
      return result;
    },
  }),
  helper(GROUP, 'pick', {
    params: [subject],
    rest: text('keys'),
    returns: TYPE.object,
    doc: 'A new object with only the named fields; those it lacks are left out.',
    examples: [["pick({a: 1, b: 2, c: 3}, 'a', 'c')", '{"a":1,"c":3}']],
    run: (evaluation, value, ...names) => {
      const wanted = new Set(names);
      return select(evaluation, value, (key) => wanted.has(key));
    },
  }),
  helper(GROUP, 'omit', {
    params: [subject],
    rest: text('keys'),
    returns: TYPE.object,
    doc: 'A new object without the named fields.',
    examples: [["omit({a: 1, b: 2}, 'b')", '{"a":1}']],
    run: (evaluation, value, ...names) => {
      const unwanted = new Set(names);
      return select(evaluation, value, (key) => !unwanted.has(key));
    },
  }),
];

function select(evaluation: Evaluation, value: ValueObject, keep: (key: string) => boolean): ValueObject {
  const result: Record<string, Value> = {};
  for (const key of keysOf(evaluation, value)) if (keep(key)) result[key] = value[key] as Value;
  return result;
}

function pair(entry: Value): [key: Slot, value: Slot] {
  if (Array.isArray(entry)) return [entry[0] as Slot, entry[1] as Slot];
  if (typeof entry !== 'object' || entry === null || entry instanceof ExactNumber) return [undefined, undefined];
  const read = (key: string): Slot => (hasOwn(entry, key) ? (entry as ValueObject)[key] : undefined);
  return [read('key'), read('value')];
}
