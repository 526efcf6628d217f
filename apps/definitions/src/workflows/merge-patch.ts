import { isObject, type JsonObject } from './json-object.js';

/**
 * Applies a JSON Merge Patch (RFC 7396): objects are merged at every level, null removes a member, everything else replaces what
 * was there. Members keep their place. Neither argument is changed; the result shares what did not change. Recurses as deep as the patch
 * nests, so that a patch of unknown depth is bounded first.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  return isObject(patch) ? mergePatched(isObject(target) ? target : {}, patch) : patch;
}

/** The same of two objects. */
export function mergePatched(target: JsonObject, patch: JsonObject): JsonObject {
  // A Map, because assigning a user's key such as __proto__ to an object would do something else.
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}
