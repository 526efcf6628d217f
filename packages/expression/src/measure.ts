import { Fault } from './errors.js';
import type { Evaluation } from './evaluation.js';
import type { Limits } from './limits.js';
import { FORBIDDEN_KEY, isPlainArray, isPlainObject, typeName } from './value.js';

/**
 * Walks a value as writing it to JSON would: shared parts count as often as they appear. Answers its size in characters.
 * With an evaluation, its steps are spent too. @throws Fault E_LIMIT (size, depth), E_VALUE (not plain data)
 */
export function measure(value: unknown, limits: Limits, evaluation?: Evaluation): number {
  let size = 0;

  const spend = (amount: number): void => {
    size += amount;
    if (size > limits.outputLength) {
      throw new Fault('E_LIMIT', `the result is larger than ${String(limits.outputLength)} characters of JSON`);
    }
    evaluation?.charge((amount >>> 6) + 1);
  };

  const walk = (item: unknown, depth: number): void => {
    if (typeof item === 'string') return spend(item.length + 3);
    if (typeof item === 'boolean' || item === null) return spend(5);
    if (typeof item === 'number') {
      if (Number.isFinite(item)) return spend(12);
    } else if (typeof item === 'object') {
      if (depth >= limits.dataDepth) {
        throw new Fault('E_LIMIT', `the result is nested deeper than ${String(limits.dataDepth)} levels`);
      }
      if (Array.isArray(item)) return walkArray(item, depth);
      if (isPlainObject(item)) return walkObject(item, depth);
    }
    const what = typeof item === 'number' ? 'a number that is not finite' : typeName(item);
    throw new Fault('E_VALUE', `the result holds ${what}, which is not plain data`, -1, -1, {
      hint: 'values must come from JSON or go through toPlain()',
    });
  };

  const walkArray = (items: readonly unknown[], depth: number): void => {
    if (items.length > limits.arrayLength) {
      throw new Fault('E_LIMIT', `the array is longer than ${String(limits.arrayLength)} items`);
    }
    if (!isPlainArray(items)) throw new Fault('E_VALUE', 'the result holds an array that is not plain data');
    spend(2);
    for (let index = 0; index < items.length; index++) walk(items[index], depth + 1);
  };

  const walkObject = (object: object, depth: number): void => {
    spend(2);
    for (const key of Object.keys(object)) {
      if (key === FORBIDDEN_KEY) throw new Fault('E_VALUE', `the result holds the key '${FORBIDDEN_KEY}'`);
      spend(key.length + 4);
      const item = (object as Record<string, unknown>)[key];
      // JSON leaves such a key out, and reading it gives a missing value.
      if (item !== undefined) walk(item, depth + 1);
    }
  };

  walk(value, 0);
  return size;
}
