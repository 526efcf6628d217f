import { Fault } from './errors.js';
import type { Evaluation } from './evaluation.js';
import {
  compareNumbers,
  equalsNumber,
  isNumeric,
  minus,
  plus,
  quotient,
  remainder,
  times,
} from './exact/arithmetic.js';
import { ExactNumber, type Numeric } from './exact/exact-number.js';
import { stringifyJson } from './exact/json.js';
import { measure } from './measure.js';
import { findText } from './text-search.js';
import {
  FORBIDDEN_KEY,
  hasOwn,
  isArray,
  keysOfObject,
  type Slot,
  typeName,
  type Value,
  type ValueObject,
} from './value.js';

/** Truth of a value: false for missing, null, false, 0 and the empty text; arrays and objects are true. */
export function truthy(value: Slot): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '' && value === value;
}

/** Deep equality without coercion; missing equals null. @throws Fault E_LIMIT */
export function equal(evaluation: Evaluation, left: Slot, right: Slot, depth = 0): boolean {
  if (left === undefined || left === null) return right === undefined || right === null;
  if (typeof left === 'string') {
    if (typeof right !== 'string' || left.length !== right.length) return false;
    if (left.length > 64) evaluation.chargeText(left.length);
    return left === right;
  }
  if (left instanceof ExactNumber) return equalsNumber(evaluation, left, right);
  if (typeof left !== 'object')
    return left === right || (right instanceof ExactNumber && equalsNumber(evaluation, right, left));
  if (typeof right !== 'object' || right === null) return false;
  if (depth >= evaluation.limits.dataDepth) throw tooDeep(evaluation);
  if (isArray(left)) {
    if (!isArray(right) || left.length !== right.length) return false;
    evaluation.reserveArray(left.length);
    return left.every((item: Slot, index) => equal(evaluation, item, (right as readonly Slot[])[index], depth + 1));
  }
  if (isArray(right) || right instanceof ExactNumber) return false;
  return equalObjects(evaluation, left, right, depth);
}

function equalObjects(evaluation: Evaluation, left: ValueObject, right: ValueObject, depth: number): boolean {
  const keys = keysOfObject(left);
  const { length } = keysOfObject(right);
  evaluation.charge(keys.length + length + 1);
  if (keys.length !== length) return false;
  return keys.every((key) => hasOwn(right, key) && equal(evaluation, left[key], right[key], depth + 1));
}

function tooDeep(evaluation: Evaluation): Fault {
  return new Fault('E_LIMIT', `the data is nested deeper than ${String(evaluation.limits.dataDepth)} levels`);
}

/** Whether `left` sorts before (-1), with (0) or after (1) `right`. @throws Fault E_TYPE */
export function compare(evaluation: Evaluation, left: Slot, right: Slot): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(evaluation, left, right);
  if (typeof left === 'string' && typeof right === 'string') {
    evaluation.chargeText(Math.min(left.length, right.length));
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const names = [typeName(left), typeName(right)];
  const mixed = names.includes('text') && names.includes('number');
  throw new Fault('E_TYPE', `cannot compare ${names.join(' with ')}`, -1, -1, {
    hint: mixed ? 'turn the text into a number with number(…)' : 'only two numbers or two texts have an order',
  });
}

/** The `in` operator: an item of an array, a key of an object, a part of a text. @throws Fault E_TYPE */
export function contains(evaluation: Evaluation, needle: Slot, within: Slot): boolean {
  if (isArray(within)) {
    evaluation.reserveArray(within.length);
    return within.some((item: Slot) => equal(evaluation, item, needle));
  }
  if (typeof within === 'string' && typeof needle === 'string') {
    return findText(evaluation, within, needle) !== -1;
  }
  const isObject = typeof within === 'object' && within !== null && !(within instanceof ExactNumber);
  if (isObject && (typeof needle === 'string' || isNumeric(needle))) {
    const key = String(needle);
    if (key.length > 64) evaluation.chargeText(key.length);
    return key !== FORBIDDEN_KEY && hasOwn(within, key) && within[key] !== undefined;
  }
  throw new Fault('E_TYPE', `'in' cannot look for ${typeName(needle)} in ${typeName(within)}`, -1, -1, {
    hint: 'the right side is an array, an object (for its keys) or a text',
  });
}

/** The `+` operator: two numbers are added, a text is joined with a text, number or boolean. @throws Fault */
export function add(evaluation: Evaluation, left: Slot, right: Slot): Value {
  if (isNumeric(left) && isNumeric(right)) return plus(evaluation, left, right);
  if (typeof left === 'string' || typeof right === 'string') {
    const a = joinable(evaluation, left);
    const b = joinable(evaluation, right);
    if (a !== undefined && b !== undefined) {
      const length = a.length + b.length;
      chargeJoin(evaluation, length);
      return a + b;
    }
  }
  const names = `${typeName(left)} and ${typeName(right)}`;
  throw new Fault('E_TYPE', `'+' cannot join ${names}`, -1, -1, { hint: addHint(left, right) });
}

/** Characters that the host copies in the time of a step, when it puts together a text that was joined of two. */
const COPIED_IN_A_STEP = 8192;

/** Refuses a text joined of others that is longer than the limit, and spends the steps of putting it together. */
export function chargeJoin(evaluation: Evaluation, length: number): void {
  evaluation.checkText(length);
  if (length >= COPIED_IN_A_STEP) evaluation.charge(Math.floor(length / COPIED_IN_A_STEP));
}

function joinable(evaluation: Evaluation, value: Slot): string | undefined {
  if (typeof value === 'string') return value;
  if (isNumeric(value) || typeof value === 'boolean') return String(value);
  return evaluation.empty && (value === null || value === undefined) ? '' : undefined;
}

function addHint(left: Slot, right: Slot): string {
  if (left === null || right === null) return "give null a stand-in, e.g. (x ?? '')";
  if (isArray(left) || isArray(right)) return 'use concat(…) for arrays, join(", ") to make a text';
  if (typeof left === 'object' || typeof right === 'object') return 'use toJson(…) to make a text of an object';
  return 'use string(…) or number(…) to turn one side';
}

/** The operators that take two numbers. @throws Fault E_TYPE, E_MATH */
export function arithmetic(evaluation: Evaluation, operator: '-' | '*' | '/' | '%', left: Slot, right: Slot): Numeric {
  if (!isNumeric(left) || !isNumeric(right)) {
    const isText = typeof left === 'string' || typeof right === 'string';
    throw new Fault('E_TYPE', `'${operator}' needs two numbers, got ${typeName(left)} and ${typeName(right)}`, -1, -1, {
      hint: isText ? 'turn the text into a number with number(…)' : undefined,
    });
  }
  if (operator === '-') return minus(evaluation, left, right);
  if (operator === '*') return times(evaluation, left, right);
  if (right === 0) {
    throw new Fault('E_MATH', 'division by zero', -1, -1, { hint: 'test the divisor first: b == 0 ? 0 : a / b' });
  }
  return operator === '/' ? quotient(evaluation, left, right) : remainder(evaluation, left, right);
}

/** A value as it appears in a text: null is empty, arrays and objects are compact JSON. @throws Fault E_LIMIT, E_VALUE */
export function toText(evaluation: Evaluation, value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'object' && !(value instanceof ExactNumber)) return toJson(evaluation, value);
  return String(value);
}

/** A value as JSON text, its size known before it is written. @throws Fault E_LIMIT, E_VALUE */
export function toJson(evaluation: Evaluation, value: Value, indent = 0): string {
  measure(value, evaluation, { indent });
  return stringifyJson(value, undefined, indent);
}
