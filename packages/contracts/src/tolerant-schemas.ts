import { z } from 'zod';

/*
 * What questions and answers are read by. Their schemas are mostly those of the API, which say what this release writes and takes. While
 * an installation is upgraded, or goes back, one side is older than the other and reads what only the newer one knows: see
 * docs/adr/0129-answers-are-read-openly.md.
 */

/** Makes a schema take more; returns the same one where there is nothing to change. */
type Change = (schema: z.ZodType) => z.ZodType;

/**
 * The schema of a question, as its owner reads it: members that it does not know are left out instead of being refused. Names stay
 * those that it knows, since it cannot do what another one asks for.
 */
export const tolerantQuestion = changer({ anyName: false });

/**
 * The schema of an answer, as whoever asked reads it: unknown members are left out, and any value is taken where only some names, or one value, are
 * declared. It has the type of what is declared, so that what this release writes is checked; whoever decides by a name expects others too.
 */
export const tolerantAnswer = changer({ anyName: true });

function changer({ anyName }: { readonly anyName: boolean }): <Schema extends z.ZodType>(schema: Schema) => Schema {
  // Most schemas are part of several questions or answers.
  const changed = new WeakMap<z.ZodType, z.ZodType>();
  const change: Change = (schema) => {
    const known = changed.get(schema);
    if (known !== undefined) return known;
    const made = (anyName ? anyValue(schema) : undefined) ?? withChangedParts(schema, change);
    changed.set(schema, made);
    return made;
  };
  return <Schema extends z.ZodType>(schema: Schema) => change(schema) as Schema;
}

/** What takes the place of a schema of some names, or of one value; undefined for any other one. */
function anyValue(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodEnum) return z.string();
  if (!(schema instanceof z.ZodLiteral)) return undefined;
  switch (typeof schema.value) {
    case 'string':
      return z.string();
    case 'boolean':
      return z.boolean();
    default:
      return z.number();
  }
}

function withChangedParts(schema: z.ZodType, change: Change): z.ZodType {
  if (schema instanceof z.ZodObject) {
    return withMembers(
      schema,
      membersOf(schema).map(([name, part]) => [name, change(part)]),
    );
  }
  if (schema instanceof z.ZodArray) return withParts(schema, { element: change(schema.element as z.ZodType) });
  if (schema instanceof z.ZodRecord) return withParts(schema, { valueType: change(schema.valueType as z.ZodType) });
  if (schema instanceof z.ZodUnion) {
    const discriminator = schema instanceof z.ZodDiscriminatedUnion ? schema.def.discriminator : undefined;
    const options = schema.options as z.ZodType[];
    return withParts(schema, { options: options.map((option) => changedOption(option, discriminator, change)) });
  }
  const { innerType } = schema.def as { readonly innerType?: z.ZodType };
  return innerType === undefined ? schema : withParts(schema, { innerType: change(innerType) });
}

/** One option of a union. The member by which it is chosen stays as it is. */
function changedOption(option: z.ZodType, discriminator: string | undefined, change: Change): z.ZodType {
  if (discriminator === undefined || !(option instanceof z.ZodObject)) return change(option);
  return withMembers(
    option,
    membersOf(option).map(([name, part]) => [name, name === discriminator ? part : change(part)]),
  );
}

function membersOf({ shape }: { readonly shape: Readonly<Record<string, z.ZodType>> }): [string, z.ZodType][] {
  return Object.entries(shape);
}

/** An object of these members, which refuses no others. */
function withMembers(schema: z.ZodObject, members: readonly (readonly [string, z.ZodType])[]): z.ZodType {
  const isStrict = schema.def.catchall instanceof z.ZodNever;
  const isSame = members.every(([name, part]) => schema.shape[name] === part);
  if (isSame && !isStrict) return schema;
  return schema.clone(
    z.util.mergeDefs(schema.def, {
      shape: Object.fromEntries(members),
      ...(isStrict ? { catchall: undefined } : {}),
    }) as typeof schema.def,
  );
}

/** The schema with these parts in the place of its own, all else as it is. */
function withParts<Schema extends z.ZodType>(schema: Schema, parts: Readonly<Record<string, unknown>>): Schema {
  const own = schema.def as unknown as Record<string, unknown>;
  const isSame = Object.entries(parts).every(([name, part]) => isSamePart(own[name], part));
  return isSame ? schema : schema.clone(z.util.mergeDefs(schema.def, parts) as Schema['def']);
}

function isSamePart(own: unknown, part: unknown): boolean {
  return Array.isArray(part) ? part.every((one, index) => one === (own as unknown[])[index]) : own === part;
}
