import { ExpressionError } from './errors.js';
import { LIMITS } from './limits.js';
import { ExactNumber } from './exact/exact-number.js';
import { FORBIDDEN_KEY, isPlainObject, type Value } from './value.js';

/** How {@link toPlain} treats what it finds. */
export interface ToPlainOptions {
  /** Recognises a Proxy, which only the host can (`util.types.isProxy` in Node); such objects are then refused. */
  readonly isProxy?: ((value: object) => boolean) | undefined;
}

/**
 * Copies a step's output to plain JSON data, once, before expressions may read it. Own enumerable data properties are kept,
 * `__proto__` keys and undefined fields dropped, exact numbers kept, dates become ISO text. Functions, symbols, big integers, accessors, class
 * instances (so also buffers), cycles, numbers that are not finite and data nested deeper than 200 levels are refused.
 *
 * @example toPlain({ at: new Date(0), skip: undefined }) // { at: '1970-01-01T00:00:00.000Z' }
 * @throws ExpressionError E_VALUE or E_LIMIT; `field` is the JSON path of the value
 */
export function toPlain(value: unknown, options: ToPlainOptions = {}): Value {
  try {
    return copy(value, '', 0, options);
  } catch (thrown) {
    if (thrown instanceof ExpressionError) throw thrown;
    // A trap or a revoked Proxy threw: its text is the host's and is not passed on.
    throw refused('an object that cannot be read', '');
  }
}

function refused(what: string, field: string, hint?: string): ExpressionError {
  const at = field === '' ? 'the value' : `the value at ${field}`;
  return new ExpressionError('E_VALUE', `${at} is ${what}, which is not plain data`, '', [0, 0], { field, hint });
}

function copy(value: unknown, field: string, depth: number, options: ToPlainOptions): Value {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw refused(`${String(value)}`, field, 'JSON has no such number; use null');
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : copyObject(value, field, depth, options);
    case 'bigint':
      throw refused('a big integer', field, 'turn it into text or a number');
    default:
      throw refused(`a ${typeof value}`, field);
  }
}

function copyObject(value: object, field: string, depth: number, options: ToPlainOptions): Value {
  if (depth >= LIMITS.dataDepth) {
    const message = `the data is nested deeper than ${String(LIMITS.dataDepth)} levels, or in a circle`;
    throw new ExpressionError('E_LIMIT', message, '', [0, 0], { field: field.slice(0, 200) });
  }
  if (options.isProxy?.(value) === true) throw refused('a Proxy', field);
  if (value instanceof ExactNumber) return value;
  if (Array.isArray(value)) return copyArray(value, field, depth, options);
  if (Object.prototype.toString.call(value) === '[object Date]') return dateText(value, field);
  if (!isPlainObject(value)) {
    throw refused('an instance of a class', field, 'turn it into text, numbers, arrays and plain objects first');
  }
  const result: Record<string, Value> = {};
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    if (descriptor?.enumerable !== true || key === FORBIDDEN_KEY) continue;
    if (typeof key === 'symbol') throw refused('kept under a symbol', field);
    const place = field === '' ? key : `${field}.${key}`;
    if (!('value' in descriptor)) throw refused('computed by an accessor', place);
    if (descriptor.value !== undefined) result[key] = copy(descriptor.value, place, depth + 1, options);
  }
  return result;
}

function copyArray(value: readonly unknown[], field: string, depth: number, options: ToPlainOptions): Value {
  const { length } = value;
  if (!(length <= LIMITS.outputLength)) {
    throw new ExpressionError('E_LIMIT', 'the array is too long to be copied', '', [0, 0], { field });
  }
  const result: Value[] = [];
  for (let index = 0; index < length; index++) {
    const place = `${field}[${String(index)}]`;
    const descriptor = Reflect.getOwnPropertyDescriptor(value, String(index));
    if (descriptor === undefined) {
      result.push(null);
      continue;
    }
    if (!('value' in descriptor)) throw refused('computed by an accessor', place);
    result.push(copy(descriptor.value, place, depth + 1, options));
  }
  return result;
}

function dateText(value: object, field: string): string {
  const time = Number(Date.prototype.getTime.call(value));
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw refused('an invalid date', field);
}
