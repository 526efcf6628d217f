import {
  ERRORS,
  errorsOf,
  ID_FORMS,
  LIMITS,
  PATH_PARAMETERS,
  pathParametersOf,
  refusalSchema,
  takesIdempotencyKey,
  YAML_TYPES,
  type AnswerDeclaration,
  type BodyDeclaration,
  type EndpointDeclaration,
  type ErrorCode,
} from '@millrace/contracts';
import { z } from 'zod';
import { schemaReference, type JsonSchema } from './openapi-schemas.js';

/** An operation object of OpenAPI, as JSON. */
export type Operation = Record<string, unknown>;

/** The operation of an endpoint; `id` when it is not the endpoint's own. */
export function operationOf(endpoint: EndpointDeclaration, id: string = endpoint.id): Operation {
  const { access, group, summary, description, body } = endpoint;
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(description ? { description } : {}),
    security: access === 'public' ? [] : [{ token: access === 'any_token' ? [] : [access] }],
    parameters: [...pathParameters(endpoint), ...queryParameters(endpoint), ...headerParameters(endpoint)],
    ...(body
      ? {
          requestBody: {
            required: !body.optional,
            description: `At most ${body.limitBytes} bytes.`,
            content: {
              ...Object.fromEntries(
                mediaTypesOf(body).map((type) => [type, { schema: schemaReference(body.schema), ...exampleOf(body) }]),
              ),
              ...yamlContent(body),
            },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        [endpoint.answer, ...(endpoint.furtherAnswers ?? [])].map((answer) => [
          answer.status,
          success(answer, access !== 'public', takesIdempotencyKey(endpoint)),
        ]),
      ),
      ...failures(errorsOf(endpoint), access !== 'public'),
    },
  };
}

function mediaTypesOf({ type, mediaTypes = ['application/json'] }: BodyDeclaration): readonly string[] {
  return type === 'json' ? mediaTypes : ['*/*'];
}

function pathParameters(endpoint: EndpointDeclaration): JsonSchema[] {
  return pathParametersOf(endpoint.path).map((name) => {
    const { kind, description, example } = PATH_PARAMETERS[name];
    const schema = { type: 'string', pattern: ID_FORMS[kind].source };
    return { name, in: 'path', required: true, description, schema, example };
  });
}

function queryParameters({ query }: EndpointDeclaration): JsonSchema[] {
  if (!query) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as JsonSchema;
    return { name, in: 'query', required: false, ...(description ? { description } : {}), schema };
  });
}

function headerParameters(endpoint: EndpointDeclaration): JsonSchema[] {
  const parameters = Object.entries(endpoint.headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return takesIdempotencyKey(endpoint) ? [...parameters, IDEMPOTENCY_KEY] : parameters;
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request.',
  schema: { type: 'string', minLength: 1, maxLength: LIMITS.idempotencyKeyLength, pattern: '^[ -~]*$' },
};

function success(answer: AnswerDeclaration, counted: boolean, keyed: boolean): JsonSchema {
  const { description, schema, mediaType = 'application/json', headers = {} } = answer;
  return {
    description,
    headers: {
      ...commonHeaders(counted),
      ...(keyed ? { 'Idempotency-Replayed': { $ref: '#/components/headers/Idempotency-Replayed' } } : {}),
      ...Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
      ),
    },
    ...(schema
      ? {
          content: {
            [mediaType]: { schema: schemaReference(schema), ...exampleOf(answer) },
            ...yamlContent(answer),
          },
        }
      : {}),
  };
}

/** The same as a text, where there is one. */
function yamlContent({ yaml }: { readonly yaml?: string }): JsonSchema {
  return yaml === undefined ? {} : { [YAML_TYPES[0]]: { schema: { type: 'string' }, example: yaml } };
}

/** What a call may be refused with before it is known who makes it, so that nothing is counted that could be shown. */
const NOT_COUNTED: readonly ErrorCode[] = ['UNAUTHORIZED', 'SERVICE_UNAVAILABLE', 'INTERNAL_ERROR'];

/** One response for each status, which names the codes that it comes with. */
function failures(codes: readonly ErrorCode[], counted: boolean): Record<string, JsonSchema> {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter((code) => ERRORS[code].status === status);
      return [status, failure(own, counted && !own.some((code) => NOT_COUNTED.includes(code)))];
    }),
  );
}

function failure(codes: readonly ErrorCode[], counted: boolean): JsonSchema {
  const body = (code: ErrorCode) => ({
    error: { code, message: ERRORS[code].message, details: {}, request_id: 'req_abcdefghijklmnopqrst' },
  });
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].message}.`).join(' '),
    headers: commonHeaders(counted),
    content: {
      'application/json': {
        schema: {
          allOf: [schemaReference(refusalSchema), { properties: { error: { properties: { code: { enum: codes } } } } }],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: body(code) }])),
      },
    },
  };
}

function commonHeaders(counted: boolean): JsonSchema {
  const names = ['X-Request-Id', ...(counted ? RATE_LIMIT_HEADERS : [])];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const RATE_LIMIT_HEADERS = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

function exampleOf({ example }: { readonly example?: unknown }): JsonSchema {
  return example === undefined ? {} : { example };
}
