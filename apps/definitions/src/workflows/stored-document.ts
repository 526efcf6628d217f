import { parseJson, stringifyJson } from '@millrace/expression/exact';
import type { Triggers } from '../triggers/triggers.js';
import { isObject, type JsonObject } from './json-object.js';

/** The fields that the server adds to a workflow. A client that sends back what it read sends these too; it cannot set them. */
const SERVER_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'version',
  'created_at',
  'updated_at',
  'execution_count',
  'warnings',
]);

/**
 * The part of what a user sent that is a workflow document: without the fields the server owns, in its triggers too. What is
 * read can so be sent back as it is, without counting as a change. Everything else stays as it came. Returns a new object;
 * nested values are shared with the old one.
 */
export function withoutServerFields(sent: JsonObject, triggers: Pick<Triggers, 'withoutServerFields'>): JsonObject {
  const ofUser = (trigger: unknown): unknown => triggers.withoutServerFields(trigger);
  const fields: [string, unknown][] = [];
  for (const [name, value] of Object.entries(sent)) {
    if (SERVER_FIELDS.has(name)) continue;
    // The server shows an empty object where there are no variables.
    if (name === 'variables' && isObject(value) && Object.keys(value).length === 0) continue;
    if (name === 'trigger') fields.push([name, ofUser(value)]);
    else if (name === 'triggers' && Array.isArray(value)) fields.push([name, value.map(ofUser)]);
    else fields.push([name, value]);
  }
  return Object.fromEntries(fields);
}

/** The text that is stored as a version: the document without `status`, which changes without making a new version. */
export function documentText(document: JsonObject): string {
  return stringifyJson(Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'status')));
}

/** Reads a stored text back. */
export function parseDocument(text: string): JsonObject {
  return parseJson(text) as JsonObject; // only documentText writes what is read here
}
