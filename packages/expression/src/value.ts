import { ExactNumber } from './exact/exact-number.js';

/** A value an expression can hold: what JSON can say, and nothing else. */
export type Value = null | boolean | number | ExactNumber | string | readonly Value[] | ValueObject;

/** An object value; only its own data properties are ever read. */
export interface ValueObject {
  readonly [key: string]: Value;
}

/** A value, or `undefined` for "missing": a key, an index or an output that isn't there. */
export type Slot = Value | undefined;

/** Bits of the possible types of a value; a set of types is their sum. */
export const TYPE = { null: 1, boolean: 2, number: 4, text: 8, array: 16, object: 32 } as const;

/** A set of types, e.g. `TYPE.text | TYPE.null`. */
export type TypeSet = number;

/** Every type there is: nothing is known about the value. */
export const ANY_TYPE: TypeSet = 63;

// Captured once, so that a page or a library that replaces them later changes nothing here.
export const hasOwn: (object: object, key: string) => boolean = Object.hasOwn;
export const keysOfObject: (object: object) => string[] = Object.keys;
export const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray;
export const isFinite: (value: number) => boolean = Number.isFinite;
const prototypeOf: (value: object) => object | null = Object.getPrototypeOf;
const objectPrototype: object = Object.prototype;
const arrayPrototype: object = Array.prototype;

/** The one key that is never read nor written: it would reach a prototype. */
export const FORBIDDEN_KEY = '__proto__';

/** The type bit of a value; 0 for missing and for anything that is no JSON value. */
export function typeOf(value: unknown): TypeSet {
  switch (typeof value) {
    case 'string':
      return TYPE.text;
    case 'number':
      return TYPE.number;
    case 'boolean':
      return TYPE.boolean;
    case 'object':
      if (value === null) return TYPE.null;
      if (isArray(value)) return TYPE.array;
      return value instanceof ExactNumber ? TYPE.number : TYPE.object;
    default:
      return 0;
  }
}

/** The user's word for the type of a value: `text`, `number`, … or `missing`. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  const type = typeOf(value);
  return type === 0 ? 'unsupported value' : typeSetName(type);
}

/** A set of types in words: `text or number`. */
export function typeSetName(types: TypeSet): string {
  if ((types & ANY_TYPE) === ANY_TYPE) return 'any';
  return Object.entries(TYPE)
    .filter(([, bit]) => (types & bit) !== 0)
    .map(([name]) => name)
    .join(' or ');
}

/** Whether an object is made of data only: no class instance. Plain objects of another realm (a frame, a `vm`) count. */
export function isPlainObject(value: object): boolean {
  const prototype = prototypeOf(value);
  if (prototype === null || prototype === objectPrototype) return true;
  return prototypeOf(prototype) === null && hasOwn(prototype, 'isPrototypeOf');
}

/** Whether an array is an array only, of this or another realm. */
export function isPlainArray(value: readonly unknown[]): boolean {
  const prototype = prototypeOf(value);
  return prototype === arrayPrototype || (isArray(prototype) && hasOwn(prototype, 'concat'));
}
