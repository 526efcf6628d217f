import { fieldSites, isPlainObject, valuesAt, type FieldSite } from './field-sites.js';
import { DOCUMENT_LIMITS, FIELD_LIMITS, LOOKUP_LIMITS } from './limits.js';
import { definitionOf } from './read-step.js';
import { settingsSchema } from './settings.js';
import { STEP_TYPES } from './step-schemas.js';

/** What has to be looked up before a document can be validated. */
export interface NamedIn {
  /** Ids of workflows; null when there are more than are looked up. */
  readonly workflows: readonly string[] | null;
  /** Sources of code in steps, the first ones. */
  readonly sources: readonly string[];
}

/** Names of the members that hold the id of a workflow, wherever they are. */
const WORKFLOW_MEMBERS: ReadonlySet<string> = new Set(
  [settingsSchema, ...STEP_TYPES.map((type) => definitionOf(type).config)]
    .flatMap(fieldSites)
    .flatMap(({ kind, path }) => (kind === 'workflow' ? path.slice(-1) : [])),
);

/** Where steps of a type have the source of code. */
const SOURCES: ReadonlyMap<unknown, readonly FieldSite[]> = new Map(
  STEP_TYPES.map((type) => [type, fieldSites(definitionOf(type).config).filter(({ kind }) => kind === 'code')]),
);

/** A step with nothing of its config but the code in it, of a step of any shape; null without any. */
export function onlyCodeOf({ type, config }: Readonly<Record<string, unknown>>): OnlyCode | null {
  if (!isPlainObject(config)) return null;
  const code = (SOURCES.get(type) ?? []).flatMap(({ path: [name = '', ...deeper] }) => {
    const source = config[name];
    return deeper.length === 0 && typeof source === 'string' ? [[name, source] as const] : [];
  });
  return code.length === 0 ? null : { type, config: Object.fromEntries(code) };
}

interface OnlyCode {
  readonly type: unknown;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Finds in a document of any shape what has to be looked up for its validation, and perhaps some more: which of it means what, is
 * known only then. Takes a time in proportion to the values of the document, and looks at no more of them than one may have.
 */
export function namedIn(document: unknown): NamedIn {
  const workflows = new Set<string>();
  const sources = new Set<string>();
  const waiting: unknown[] = [document];
  for (let left = DOCUMENT_LIMITS.documentValues; left > 0 && waiting.length > 0; left -= 1) {
    const value = waiting.pop();
    if (Array.isArray(value)) for (const item of value as unknown[]) waiting.push(item);
    if (!isPlainObject(value)) continue;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'object') waiting.push(member);
      else if (
        typeof member === 'string' &&
        WORKFLOW_MEMBERS.has(name) &&
        member.length <= FIELD_LIMITS.workflowIdLength
      )
        workflows.add(member);
    }
    for (const { path } of SOURCES.get(value['type']) ?? [])
      for (const { value: source } of valuesAt(value['config'], path, []))
        if (typeof source === 'string') sources.add(source);
  }
  return {
    workflows: workflows.size > LOOKUP_LIMITS.workflows ? null : [...workflows],
    sources: [...sources].slice(0, LOOKUP_LIMITS.sources),
  };
}
