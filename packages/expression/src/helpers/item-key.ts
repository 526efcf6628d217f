import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { readOwn } from '../access.js';
import { isNumeric } from '../exact/arithmetic.js';
import { ExactNumber, type Numeric } from '../exact/exact-number.js';
import type { Slot, Value } from '../value.js';
import { Lambda } from './helper.js';

/** The key of an item: the result of a lambda, a field by name, or the item itself. */
export function keyOf(evaluation: Evaluation, item: Value, index: number, key: string | Lambda | undefined): Slot {
  if (key === undefined) return item;
  if (key instanceof Lambda) return key.call(evaluation, item, index);
  if (typeof item !== 'object' || item === null || Array.isArray(item) || item instanceof ExactNumber) return undefined;
  return readOwn(item, key);
}

/** {@link keyOf} for each item, in order; a missing key is a fault unless missing values are empty. */
export function keysOf(
  evaluation: Evaluation,
  items: readonly Value[],
  key: string | Lambda | undefined,
  helper: string,
): Value[] {
  evaluation.reserveArray(items.length);
  return items.map((item, index) => present(evaluation, keyOf(evaluation, item, index, key), helper, index));
}

/** A value that must not be missing; null when missing values are empty. */
export function present(evaluation: Evaluation, value: Slot, helper: string, index: number): Value {
  if (value !== undefined) return value;
  if (evaluation.empty) return null;
  throw new Fault('E_MISSING', `${helper}() found nothing for item ${String(index)}`, -1, -1, {
    hint: 'give a stand-in, e.g. x => x.name ?? 0',
  });
}

/** Numbers by item. @throws Fault E_TYPE for anything else */
export function numbersOf(
  evaluation: Evaluation,
  items: readonly Value[],
  key: string | Lambda | undefined,
  helper: string,
): Numeric[] {
  return keysOf(evaluation, items, key, helper).map((value, index) => {
    if (isNumeric(value)) return value;
    throw new Fault('E_TYPE', `${helper}() needs numbers, but item ${String(index)} is none`, -1, -1, {
      hint: 'turn texts into numbers first: x => number(x.price)',
    });
  });
}
