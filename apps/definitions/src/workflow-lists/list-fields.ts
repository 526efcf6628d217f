import { LIMITS } from '@millrace/contracts';
import { isObject } from '../workflows/json-object.js';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';

/** What lists filter and order workflows by, taken from the document of a version. */
export type ListFields = Required<
  Pick<WorkflowRecord, 'tags' | 'trigger_types' | 'terms' | 'name_key' | 'listed_version'>
>;

/** The parts of a document that lists need. */
export interface ListedDocument {
  readonly name: string;
  readonly description?: unknown;
  readonly tags?: unknown;
  readonly trigger?: unknown;
  readonly triggers?: unknown;
}

/** The fields of a workflow whose version `version` has this document. Whatever an older version let in is read as far as it can be. */
export function listFields(document: ListedDocument, version: number): ListFields {
  const description = typeof document.description === 'string' ? document.description : '';
  const tags = distinct(Array.isArray(document.tags) ? document.tags.filter(isText).map((tag) => tag.trim()) : []);
  const types = triggerTypesOf(document);
  const words = wordsOf(`${document.name} ${description}`, LIMITS.foundWords);
  return {
    tags,
    trigger_types: types,
    terms: distinct([...words, ...tags.map(tagTerm), ...types.map(triggerTerm)]),
    name_key: folded(document.name),
    listed_version: version,
  };
}

/** How a tag is among the terms; no word begins with this character. */
export function tagTerm(tag: string): string {
  return `#${folded(tag.trim())}`;
}

/** How a type of trigger is among the terms. */
export function triggerTerm(type: string): string {
  return `@${type}`;
}

/** The first different words of a text, as they are found: letters and digits, without case and accents. */
export function wordsOf(text: string, most: number): string[] {
  const words = new Set<string>();
  for (const [word] of folded(text).matchAll(/[\p{L}\p{N}]+/gu)) {
    if (words.size === most) break;
    words.add(Array.from(word).slice(0, LIMITS.foundWordCharacters).join(''));
  }
  return [...words];
}

/** A text in whatever case, accents and composition of its characters it is written. */
function folded(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '');
}

function triggerTypesOf({ trigger, triggers }: ListedDocument): string[] {
  const all: unknown[] = Array.isArray(triggers) ? triggers : [trigger];
  return distinct(all.flatMap((one) => (isObject(one) && isText(one.type) ? [one.type] : [])));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
