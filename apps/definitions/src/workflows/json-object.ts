import { ExactNumber } from '@millrace/expression/exact';

/** A JSON object of unknown content. Keys are the user's: read own properties only. */
export type JsonObject = Record<string, unknown>;

/** True for a JSON object, false for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** Whether both are the same number of those that `===` cannot compare. */
export function isSameNumber(one: unknown, other: unknown): boolean {
  return one instanceof ExactNumber && other instanceof ExactNumber && one.text === other.text;
}
