import { z } from 'zod';
import { withDoubles } from './exact-fields.js';
import { elementOf, isPlainObject, shapeOf } from './field-sites.js';
import { innerType } from './fields.js';
import type { DocumentPath } from './problem.js';

type Issue = z.core.$ZodIssue;

/** What came of reading a value: the value with its defaults filled in, or what is wrong with it. */
export type Parsed<T> =
  { readonly success: true; readonly data: T } | { readonly success: false; readonly issues: readonly Issue[] };

/**
 * Reads a value by a schema. Lengths come first: zod checks every entry of an array or object, and keeps an issue for each
 * that is wrong, before it looks at how many there are.
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  const issues: Issue[] = [];
  findTooLong(schema, value, [], issues);
  if (issues.length > 0) return { success: false, issues };
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed;
  const paths = parsed.error.issues.map(({ path }) => path);
  const rounded = withDoubles(value, paths);
  if (rounded === value) return { success: false, issues: parsed.error.issues };
  const again = schema.safeParse(rounded);
  return again.success ? again : { success: false, issues: again.error.issues };
}

/** Adds an issue for each array or object with more entries than its schema allows. `path` leads to the value and is left as it was. */
function findTooLong(schema: z.core.$ZodType, value: unknown, path: (string | number)[], found: Issue[]): void {
  // Only arrays and objects have entries, and most values are neither.
  if (typeof value !== 'object' || value === null) return;
  const inner = innerType(schema);
  if (inner !== undefined) return findTooLong(inner, value, path, found);
  if (schema instanceof z.ZodUnion) {
    for (const option of schema.def.options) findTooLong(option, value, path, found);
    return;
  }
  const within = (member: z.core.$ZodType, key: string | number, inside: unknown): void => {
    path.push(key);
    findTooLong(member, inside, path, found);
    path.pop();
  };
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    const element = elementOf(schema);
    if (exceeds(schema, value.length, path, found) || isOpen(element)) return;
    value.forEach((item, index) => within(element, index, item));
  } else if (schema instanceof z.ZodRecord && isPlainObject(value)) {
    const { valueType } = schema.def;
    const keys = isOpen(valueType) ? [] : Object.keys(value);
    if (exceeds(schema, keys.length, path, found)) return;
    for (const key of keys) within(valueType, key, value[key]);
  } else if (schema instanceof z.ZodObject && isPlainObject(value)) {
    const shape = shapeOf(schema);
    for (const key of Object.keys(shape)) {
      const field = shape[key];
      if (field !== undefined && Object.hasOwn(value, key)) within(field, key, value[key]);
    }
  }
}

function exceeds(schema: z.core.$ZodType, count: number, path: DocumentPath, found: Issue[]): boolean {
  const maximum = entriesAllowed(schema);
  if (maximum === undefined || count <= maximum) return false;
  found.push({ code: 'too_big', origin: 'array', maximum, path: [...path], message: '' });
  return true;
}

/** How many entries an array or a record may have; undefined for any number. */
export function entriesAllowed(schema: z.core.$ZodType): number | undefined {
  if (!(schema instanceof z.ZodArray)) {
    const allowed = z.globalRegistry.get(schema)?.['maxProperties'];
    return typeof allowed === 'number' ? allowed : undefined;
  }
  for (const { _zod: check } of schema.def.checks ?? []) {
    if (isMaxLength(check.def)) return check.def.maximum;
  }
  return undefined;
}

function isMaxLength(def: z.core.$ZodCheckDef): def is z.core.$ZodCheckMaxLengthDef {
  return def.check === 'max_length';
}

/** True for values that are not looked into when they are read. */
export function isOpen(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodUnknown || schema instanceof z.ZodCustom;
}
