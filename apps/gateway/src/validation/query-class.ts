import { Type } from 'class-transformer';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import { z } from 'zod';

type QueryClass = new () => object;

/** The part of JSON Schema that the parameters of a query are made of. */
interface ParameterSchema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly default?: unknown;
}

/**
 * The class-validator class of a declared query: a query is texts, which class-transformer turns into numbers, and what is
 * wrong with one is said once. Made once for each endpoint.
 */
export function queryClassOf(query: z.ZodObject): QueryClass {
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  const parameters = Object.entries(properties) as [string, ParameterSchema][];
  const defaults = Object.fromEntries(
    parameters.flatMap(([name, schema]) => (schema.default === undefined ? [] : [[name, schema.default]])),
  );
  class DeclaredQuery {
    constructor() {
      Object.assign(this, defaults);
    }
  }
  for (const [name, schema] of parameters) {
    for (const decorate of decoratorsOf(schema, query.shape[name] as z.ZodType))
      decorate(DeclaredQuery.prototype, name);
    IsOptional()(DeclaredQuery.prototype, name);
  }
  return DeclaredQuery;
}

function decoratorsOf(schema: ParameterSchema, declared: z.ZodType): PropertyDecorator[] {
  if (schema.enum) return [IsIn(schema.enum, { message: `$property must be one of ${schema.enum.join(', ')}` })];
  if (schema.type === 'integer') return [wholeNumber(schema), Type(() => Number)];
  if (schema.type === 'string') return [asDeclared(declared)];
  throw new Error(`No check is known for a query parameter of type ${String(schema.type)}`);
}

/** A whole number within the bounds, both of which a declared query has. */
function wholeNumber({ minimum = -Infinity, maximum = Infinity }: ParameterSchema): PropertyDecorator {
  return ValidateBy({
    name: 'wholeNumber',
    validator: {
      validate: (value) => Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
      defaultMessage: () => `$property must be a whole number from ${minimum} to ${maximum}`,
    },
  });
}

/** A text that is what the declaration says, with the message that the declaration has for one that is not. */
function asDeclared(declared: z.ZodType): PropertyDecorator {
  const message = declared.safeParse('').error?.issues[0]?.message ?? 'must be a text';
  return ValidateBy({
    name: 'asDeclared',
    validator: { validate: (value) => declared.safeParse(value).success, defaultMessage: () => message },
  });
}
