import { z } from 'zod';
import { FIELD_LIMITS } from './limits.js';

/**
 * What the text in a field means, written into the schema's metadata (and so into the JSON Schema) as `x-millrace`:
 * `template` = values may hold `{{ }}`; `condition` = an expression that must be true or false; `steps` = nested steps;
 * `targets` = ids of steps in the same block; `workflow` = the id of another workflow; `code` = the source of a program, which has to parse.
 * Fields without a mark are taken as they are.
 */
export type FieldKind = 'template' | 'condition' | 'steps' | 'targets' | 'workflow' | 'code';

/** The metadata key that holds the {@link FieldKind}. */
export const FIELD_KIND = 'x-millrace';

/** What distinguishes text with an expression from plain text. */
export const HAS_TEMPLATE = /\{\{/;

/** A schema with a description and a {@link FieldKind}. */
export function marked<S extends z.ZodType>(schema: S, kind: FieldKind, description: string): S {
  return schema.meta({ description, [FIELD_KIND]: kind });
}

/** Text that may hold `{{ }}`. */
export function templateText(description: string) {
  return marked(z.string().min(1), 'template', description);
}

/** Text that may hold `{{ }}` and may be empty. */
export function templateTextOrEmpty(description: string) {
  return marked(z.string(), 'template', description);
}

/** Any JSON value; texts inside may hold `{{ }}`. A required one refuses only absence: null is a value. */
export function templateValue(description: string) {
  return marked(
    z.unknown().refine((value) => value !== undefined, { message: 'is required' }),
    'template',
    description,
  );
}

/** A value of the given schema, or text with a `{{ }}` that gives it when the step runs. */
export function orTemplate<S extends z.ZodType>(schema: S, description: string) {
  return marked(z.union([schema, z.string().regex(HAS_TEMPLATE)]), 'template', description);
}

/** Names with texts, numbers or booleans, e.g. headers; the values may hold `{{ }}`. */
export function templateRecord(description: string) {
  return marked(
    limitedRecord(z.union([z.string(), z.number(), z.boolean()]), FIELD_LIMITS.headers),
    'template',
    description,
  );
}

/** An object of at most so many members; `parse` looks at their number before it looks at them. */
export function limitedRecord<S extends z.ZodType>(value: S, entries: number) {
  return z.record(z.string().max(FIELD_LIMITS.headerLength), value).meta({ maxProperties: entries });
}

/** An expression that must be true or false; `{{ }}` in it acts as parentheses. */
export function conditionText(description: string) {
  return marked(z.string().min(1), 'condition', description);
}

/** The name of a mail sender, which is no expression: what a workflow sends by is known when it is saved. */
export function senderName(description: string) {
  return z
    .string()
    .regex(/^[A-Za-z][\w-]{0,63}$/, {
      error: ({ input }) =>
        typeof input === 'string' && input.includes('{{')
          ? 'must be the name of a sender of the organisation as it is: it takes no {{ }}'
          : 'must be the name of a sender of the organisation',
    })
    .optional()
    .meta({ description });
}

/** An id, several ids to run in order, or null for none. */
export function targets(description: string) {
  return marked(
    z.union([z.string().min(1), z.array(z.string().min(1)).max(FIELD_LIMITS.targets), z.null()]).optional(),
    'targets',
    description,
  );
}

/** The {@link FieldKind} of a schema, looked up through `optional`, `default` and `nullable`; undefined for a plain field. */
export function fieldKindOf(schema: z.core.$ZodType): FieldKind | undefined {
  for (let current: z.core.$ZodType | undefined = schema; current !== undefined; current = innerType(current)) {
    const kind = z.globalRegistry.get(current)?.[FIELD_KIND];
    if (kind !== undefined) return kind as FieldKind;
  }
  return undefined;
}

/** The schema inside `optional`, `default` or `nullable`, else undefined. */
export function innerType(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return schema.def.innerType;
  }
  return undefined;
}
