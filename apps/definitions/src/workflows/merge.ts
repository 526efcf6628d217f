import type { JsonObject } from './json-object.js';

/** The two ways to give triggers: setting one replaces the other. */
const RIVALS: Readonly<Record<string, string>> = { trigger: 'triggers', triggers: 'trigger' };

/**
 * Applies a partial update: each top-level field of `patch` replaces the whole field of `document`, and null removes it.
 * Fields keep their place, so that an update that changes nothing gives the same text. Neither argument is changed.
 */
export function mergeDocument(document: JsonObject, patch: JsonObject): JsonObject {
  // A Map, because assigning a user's key such as __proto__ to an object would do something else.
  const merged = new Map(Object.entries(document));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(name);
      continue;
    }
    const rival = RIVALS[name];
    if (rival !== undefined && !Object.hasOwn(patch, rival)) merged.delete(rival);
    merged.set(name, value);
  }
  return Object.fromEntries(merged);
}
