/** A JSON object of unknown content. Keys are the user's: read own properties only. */
export type JsonObject = Record<string, unknown>;

/** True for a JSON object, false for arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
