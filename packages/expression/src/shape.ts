import { ExactNumber } from './exact/exact-number.js';
import { ANY_TYPE, hasOwn, TYPE, type TypeSet, typeOf } from './value.js';

/** What is known about a value before it exists: a JSON Schema it follows, or an example of it. */
export type Shape = { readonly schema: unknown } | { readonly sample: unknown };

/** What is known about a context: shapes of roots by name, and of the outputs of steps by id. */
export interface ContextShape {
  /** By root: `input`, `variables`, `secrets`, `env`, `item`, `execution`, … Values of secrets are never looked at. */
  readonly roots?: { readonly [root: string]: Shape };
  /** By step id: the shape of the step's output. */
  readonly steps?: { readonly [id: string]: StepShape };
}

/** The shape of a step's output, and the member of it that `data` is, as the step's definition says; without one `data` is the output. */
export type StepShape = Shape & { readonly data?: string | null };

/** A {@link Shape} in the form analysis and completion ask: types, fields, items. */
export interface Described {
  readonly types: TypeSet;
  /** False for what came from a schema or an example, which real data may not follow. */
  readonly certain: boolean;
  /** Names of the known fields. */
  readonly keys: () => readonly string[];
  /** A known field; undefined if nothing is known about it. */
  readonly field: (name: string) => Described | undefined;
  /** The items of an array. */
  readonly item: () => Described;
}

const NOTHING = (): undefined => undefined;
const NO_KEYS = (): readonly string[] => [];

/** A value of these types and nothing else known. */
export function described(types: TypeSet, certain = true): Described {
  const result: Described = { types, certain, keys: NO_KEYS, field: NOTHING, item: () => UNKNOWN };
  return result;
}

/** Nothing is known. */
export const UNKNOWN: Described = {
  types: ANY_TYPE,
  certain: false,
  keys: NO_KEYS,
  field: NOTHING,
  item: () => UNKNOWN,
};

/** What a shape says. */
export function describe(shape: Shape): Described {
  return 'schema' in shape ? describeSchema(shape.schema, shape.schema, 0) : describeSample(shape.sample, 0);
}

/** What a step offers: `output`, `data`, `status`, `error`. */
export function describeStep(shape: StepShape): Described {
  const output = describe(shape);
  const member = shape.data ?? null;
  const data = member === null ? output : (output.field(member) ?? UNKNOWN);
  return describeFields(
    new Map([
      ['output', output],
      ['data', data],
      ['status', described(TYPE.text, false)],
      ['error', described(TYPE.object | TYPE.null, false)],
    ]),
  );
}

/** An object with known fields. */
export function describeFields(fields: ReadonlyMap<string, Described>, certain = false): Described {
  return {
    types: TYPE.object,
    certain,
    keys: () => [...fields.keys()],
    field: (name) => fields.get(name),
    item: () => UNKNOWN,
  };
}

/** An array with known items. */
export function describeItems(item: Described, certain = true): Described {
  return { ...described(TYPE.array, certain), item: () => item };
}

const MAX_DEPTH = 32;

function describeSample(sample: unknown, depth: number): Described {
  if (depth > MAX_DEPTH || typeOf(sample) === 0) return UNKNOWN;
  if (Array.isArray(sample)) {
    return {
      ...described(TYPE.array, false),
      item: () => (sample.length === 0 ? UNKNOWN : describeSample(sample[0], depth + 1)),
    };
  }
  if (typeof sample !== 'object' || sample === null || sample instanceof ExactNumber)
    return described(sample === null ? ANY_TYPE : typeOf(sample), false);
  return {
    ...described(TYPE.object, false),
    keys: () => Object.keys(sample),
    field: (name) => {
      if (!hasOwn(sample, name)) return undefined;
      return describeSample((sample as Record<string, unknown>)[name], depth + 1);
    },
  };
}

type SchemaObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SCHEMA_TYPES: ReadonlyMap<unknown, TypeSet> = new Map<unknown, TypeSet>([
  ['null', TYPE.null],
  ['boolean', TYPE.boolean],
  ['number', TYPE.number],
  ['integer', TYPE.number],
  ['string', TYPE.text],
  ['array', TYPE.array],
  ['object', TYPE.object],
]);

function describeSchema(schema: unknown, root: unknown, depth: number): Described {
  if (!isObject(schema) || depth > MAX_DEPTH) return UNKNOWN;
  const reference = schema['$ref'];
  if (typeof reference === 'string') return describeSchema(resolve(reference, root), root, depth + 1);
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((name) => {
    const list = schema[name];
    return Array.isArray(list) ? list.map((part) => describeSchema(part, root, depth + 1)) : [];
  });
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return {
    types: schemaTypes(schema, parts),
    certain: false,
    keys: () => [...new Set([...Object.keys(properties), ...parts.flatMap((part) => part.keys())])],
    field: (name) => {
      if (hasOwn(properties, name)) return describeSchema(properties[name], root, depth + 1);
      for (const part of parts) {
        const field = part.field(name);
        if (field !== undefined) return field;
      }
      return undefined;
    },
    item: () => (isObject(schema['items']) ? describeSchema(schema['items'], root, depth + 1) : UNKNOWN),
  };
}

function schemaTypes(schema: SchemaObject, parts: readonly Described[]): TypeSet {
  const { type, enum: choices } = schema;
  if (hasOwn(schema, 'const')) return typeOf(schema['const']);
  if (Array.isArray(choices)) return choices.reduce<TypeSet>((types, choice) => types | typeOf(choice), 0);
  const names: unknown[] = Array.isArray(type) ? type : [type];
  const types = names.reduce<TypeSet>((sum, name) => sum | (SCHEMA_TYPES.get(name) ?? 0), 0);
  if (types !== 0) return types;
  if (isObject(schema['properties'])) return TYPE.object;
  return parts.length === 0 ? ANY_TYPE : parts.reduce<TypeSet>((sum, part) => sum | part.types, 0);
}

/** A reference inside the same schema: `#/$defs/user`. */
function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isObject(at) || !hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}
