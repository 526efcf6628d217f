import type { Locate } from '@millrace/schema';
import type { JsonObject } from './json-object.js';

/** Whether a change names every member of the document that came of it: then its text is that of the document. */
export function saysAllOf(document: JsonObject, patch: JsonObject): boolean {
  return Object.keys(document).every((name) => Object.hasOwn(patch, name));
}

/** Finds places only of what the change itself says: the other members of the document are in no text of it. */
export function partOfText(patch: JsonObject, locate: Locate | undefined): Locate | undefined {
  if (locate === undefined) return undefined;
  return (problem) => {
    const [member] = problem.at;
    return member === undefined || Object.hasOwn(patch, member) ? locate(problem) : undefined;
  };
}
