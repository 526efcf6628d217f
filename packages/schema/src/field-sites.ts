import { ExactNumber } from '@millrace/expression/exact';
import { z } from 'zod';
import { fieldKindOf, innerType, type FieldKind } from './fields.js';
import type { DocumentPath } from './problem.js';

/** A field of a schema that carries a {@link FieldKind}; `*` stands for every element of an array. */
export interface FieldSite {
  readonly path: readonly string[];
  readonly kind: FieldKind;
}

const known = new WeakMap<z.ZodObject, readonly FieldSite[]>();

/** All marked fields of an object schema. Worked out once per schema. */
export function fieldSites(schema: z.ZodObject): readonly FieldSite[] {
  let sites = known.get(schema);
  if (sites === undefined) {
    sites = collect(schema, []);
    known.set(schema, sites);
  }
  return sites;
}

function collect(schema: z.core.$ZodType, path: readonly string[]): FieldSite[] {
  const kind = fieldKindOf(schema);
  if (kind !== undefined) return [{ path, kind }];
  const inner = innerType(schema);
  if (inner !== undefined) return collect(inner, path);
  if (schema instanceof z.ZodArray) return collect(elementOf(schema), [...path, '*']);
  if (schema instanceof z.ZodObject) {
    return Object.entries(shapeOf(schema)).flatMap(([key, field]) => collect(field, [...path, key]));
  }
  return [];
}

/** What an array holds. */
export function elementOf(schema: z.ZodArray): z.core.$ZodType {
  return schema.def.element;
}

/** The members of an object. */
export function shapeOf(schema: z.ZodObject): Readonly<Record<string, z.core.$ZodType>> {
  return schema.def.shape;
}

/** A value in a document and where it is. */
export interface PlacedValue {
  readonly at: DocumentPath;
  readonly value: unknown;
}

/** The values a site has in an object, which may be of any shape: what is not there is left out. */
export function valuesAt(value: unknown, site: readonly string[], at: DocumentPath): PlacedValue[] {
  const [head, ...rest] = site;
  if (head === undefined) return value === undefined ? [] : [{ at, value }];
  if (head === '*') {
    return Array.isArray(value) ? value.flatMap((element, index) => valuesAt(element, rest, [...at, index])) : [];
  }
  return isPlainObject(value) && Object.hasOwn(value, head) ? valuesAt(value[head], rest, [...at, head]) : [];
}

/** The values of all fields of a kind in an object that the schema describes; the object may be of any shape. */
export function valuesOfKind(schema: z.ZodObject, kind: FieldKind, value: unknown, at: DocumentPath): PlacedValue[] {
  return fieldSites(schema).flatMap((site) => (site.kind === kind ? valuesAt(value, site.path, at) : []));
}

/** True for a JSON object. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** A union whose options are told apart by a member: the name of that, and what each option has there. */
export interface Kinds {
  readonly member: string;
  readonly options: ReadonlyMap<string, z.core.$ZodType>;
}

/** The {@link Kinds} of a schema, looked up through `optional` and `default`; undefined of one that has none. */
export function kindsOf(schema: z.core.$ZodType | undefined): Kinds | undefined {
  if (schema === undefined) return undefined;
  const inner = innerType(schema);
  if (inner !== undefined) return kindsOf(inner);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return undefined;
  const member = schema.def.discriminator;
  const options = schema.def.options.flatMap((option) => {
    const literal = option instanceof z.ZodObject ? shapeOf(option)[member] : undefined;
    return literal instanceof z.ZodLiteral ? literal.def.values.map((value) => [String(value), option] as const) : [];
  });
  return { member, options: new Map(options) };
}

/** The option that a value is by the member that tells them apart, else the schema itself. */
function chosen(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  const kinds = kindsOf(schema);
  const kind = kinds && isPlainObject(value) ? value[kinds.member] : undefined;
  return (typeof kind === 'string' ? kinds?.options.get(kind) : undefined) ?? schema;
}

/**
 * The schema of the member at `path`, seen through optional, default and union; undefined when there is none. Of a union with
 * {@link Kinds} that which `value`, what was checked by the schema, has chosen.
 */
export function schemaAt(schema: z.core.$ZodType, path: DocumentPath, value?: unknown): z.core.$ZodType | undefined {
  const option = chosen(schema, value);
  if (option !== schema) return schemaAt(option, path, value);
  const [head, ...rest] = path;
  if (head === undefined) return schema;
  const inner = innerType(schema);
  if (inner !== undefined) return schemaAt(inner, path, value);
  const within = memberOf(value, head);
  if (schema instanceof z.ZodArray) return schemaAt(elementOf(schema), rest, within);
  if (schema instanceof z.ZodRecord) return schemaAt(schema.def.valueType, rest, within);
  if (schema instanceof z.ZodObject) {
    const shape = shapeOf(schema);
    const field = Object.hasOwn(shape, head) ? shape[head] : undefined;
    return field && schemaAt(field, rest, within);
  }
  if (schema instanceof z.ZodUnion) {
    for (const option of schema.def.options) {
      const found = schemaAt(option, path, value);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What a value has at a place; undefined when there is nothing. */
export function memberOf(value: unknown, part: string | number): unknown {
  if (Array.isArray(value)) return value[Number(part)] as unknown;
  return isPlainObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
}

/** The description of a schema, looked up through `optional` and `default`. */
export function descriptionOf(schema: z.core.$ZodType | undefined): string | undefined {
  for (let current = schema; current !== undefined; current = innerType(current)) {
    const description = z.globalRegistry.get(current)?.description;
    if (description !== undefined) return description;
  }
  return undefined;
}

/** The member names an object schema declares; through a union those of all its options. */
export function memberNames(schema: z.core.$ZodType | undefined): string[] {
  if (schema === undefined) return [];
  const inner = innerType(schema);
  if (inner !== undefined) return memberNames(inner);
  if (schema instanceof z.ZodObject) return Object.keys(schema.def.shape);
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap(memberNames);
  return [];
}
