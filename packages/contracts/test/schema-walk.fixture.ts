import { z } from 'zod';

/* Tests go through schemas and payloads of them, into every object that a schema describes. */

type Path = `.${string}` | '[]' | '{}' | '';

/** What a schema is made of, each part with how it is reached. Throws for a kind of schema that is not known here, as nothing would be found in it. */
function partsOf(schema: z.ZodType): [Path, z.ZodType][] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.ZodType>).map(([member, part]) => [`.${member}`, part]);
  if (schema instanceof z.ZodArray) return [['[]', schema.element as z.ZodType]];
  if (schema instanceof z.ZodRecord) return [['{}', schema.valueType as z.ZodType]];
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).map((option) => ['', option]);
  // What comes over the wire.
  if (schema instanceof z.ZodPipe) return [['', schema.in as z.ZodType]];
  if ('unwrap' in schema) return [['', (schema as z.ZodOptional).unwrap() as z.ZodType]];
  if (LEAVES.some((leaf) => schema instanceof leaf)) return [];
  throw new Error(`A schema of the kind ${schema.type} is not gone through yet`);
}

const LEAVES = [
  ...[z.ZodString, z.ZodStringFormat, z.ZodNumber, z.ZodBoolean, z.ZodNull, z.ZodUnknown, z.ZodAny],
  ...[z.ZodEnum, z.ZodLiteral],
];

/** Where a schema takes only some names or one value, and no others. */
export function closedIn(schema: z.ZodType, path: string, within: ReadonlySet<z.ZodType> = new Set()): string[] {
  if (within.has(schema)) return [];
  if (isNames(schema)) return [path];
  const inside = new Set(within).add(schema);
  const closedInParts = (parts: readonly [Path, z.ZodType][]): string[] =>
    parts.flatMap(([step, part]) => closedIn(part, path + step, inside));
  if (!(schema instanceof z.ZodUnion)) return closedInParts(partsOf(schema));
  const options = schema.options as z.ZodType[];
  const takesAnyName = options.some((option) => option instanceof z.ZodString);
  const takesAnyType = options.some((option) => option instanceof z.ZodObject);
  return options.flatMap((option) => {
    if (takesAnyName && isNames(option)) return [];
    if (!takesAnyType || !(option instanceof z.ZodDiscriminatedUnion)) return closedIn(option, path, inside);
    // What kinds are told apart by, where other kinds are taken too.
    const isKind = ([step]: [Path, z.ZodType]) => step === `.${option.def.discriminator}`;
    const kinds = option.options as z.ZodType[];
    return kinds.flatMap((kind) => closedInParts(partsOf(kind).filter((part) => !isKind(part))));
  });
}

function isNames(schema: z.ZodType): boolean {
  return schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral;
}

/** Members that a schema describes, in any object of it, and that none of some values has. Of a union, options that no value is of are left out. */
export function lackingIn(schema: z.ZodType, values: readonly unknown[], path: string): string[] {
  if (schema instanceof z.ZodUnion)
    return (schema.options as z.ZodType[]).flatMap((option, index) => {
      const given = values.filter((value) => optionOf(schema, value) === index);
      return given.length === 0 ? [] : lackingIn(option, given, path);
    });
  const objects = values.filter((value) => typeof value === 'object' && value !== null) as Record<string, unknown>[];
  if (!(schema instanceof z.ZodObject))
    return partsOf(schema).flatMap(([step, part]) => {
      const inside = step === '' ? values : objects.flatMap(Object.values);
      return lackingIn(part, inside, path + step);
    });
  if (objects.length === 0) return [path];
  return partsOf(schema).flatMap(([step, part]) => {
    const member = step.slice(1);
    const given = objects.filter((value) => Object.hasOwn(value, member)).map((value) => value[member]);
    return given.length === 0 ? [path + step] : lackingIn(part, given, path + step);
  });
}

/** A payload with something that is not known in each object that its schema describes. */
export function withNewer(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema instanceof z.ZodUnion) {
    const option = (schema.options as z.ZodType[])[optionOf(schema, value)];
    return option === undefined ? value : withNewer(option, value);
  }
  const [[step, part] = ['', z.unknown()]] = partsOf(schema);
  if (schema instanceof z.ZodArray) return (value as unknown[]).map((one) => withNewer(part, one));
  if (schema instanceof z.ZodRecord) return mapMembers(value, () => part);
  if (!(schema instanceof z.ZodObject))
    return partsOf(schema).length === 0 || step !== '' ? value : withNewer(part, value);
  const parts = new Map<string, z.ZodType>(partsOf(schema).map(([member, one]) => [member.slice(1), one]));
  return { ...mapMembers(value, (member) => parts.get(member)), later: { deep: [1] } };
}

function mapMembers(value: object, typeOf: (member: string) => z.ZodType | undefined): object {
  return Object.fromEntries(
    Object.entries(value).map(([member, one]) => {
      const type = typeOf(member);
      return [member, type === undefined ? one : withNewer(type, one)];
    }),
  );
}

/** The option of a union that a value is of: the first that takes it. */
function optionOf(union: z.ZodUnion, value: unknown): number {
  return (union.options as z.ZodType[]).findIndex((option) => option.safeParse(value).success);
}
