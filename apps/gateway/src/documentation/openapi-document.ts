import { ENDPOINT_GROUPS, ENDPOINTS, type EndpointDeclaration } from '@millrace/contracts';
import { API_VERSION } from '../api-version.js';
import { operationOf, type Operation } from './openapi-operation.js';
import { componentSchemas } from './openapi-schemas.js';

/** The OpenAPI 3.1 document of everything that is declared, as JSON. */
export function openApiDocument(): Record<string, unknown> {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Millrace',
      version: API_VERSION,
      description:
        'Workflows, their executions and their webhooks. Every answer has `X-Request-Id`; a failure is `{error: {code, message, details, request_id}}`.',
    },
    servers: [{ url: '/', description: 'This installation.' }],
    security: [{ token: [] }],
    tags: [...new Set(documented().map(({ group }) => group))].map((name) => ({
      name,
      description: ENDPOINT_GROUPS[name],
    })),
    paths: paths(),
    components: {
      schemas: componentSchemas(),
      headers: HEADERS,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token. The scope that it needs is with each call.',
        },
      },
    },
  };
}

const documented = (): EndpointDeclaration[] => ENDPOINTS.filter((endpoint) => !endpoint.undocumented);

function paths(): Record<string, Record<string, Operation>> {
  const all: Record<string, Record<string, Operation>> = {};
  for (const endpoint of documented()) Object.assign((all[endpoint.path] ??= {}), operationsOf(endpoint));
  return all;
}

/** OpenAPI has no operation for any method: an endpoint that takes them all has one for each that has a use. */
function operationsOf(endpoint: EndpointDeclaration): Record<string, Operation> {
  if (endpoint.method !== 'ANY') return { [endpoint.method.toLowerCase()]: operationOf(endpoint) };
  return Object.fromEntries(
    ['Get', 'Post', 'Put', 'Patch', 'Delete'].map((method) => [
      method.toLowerCase(),
      operationOf(endpoint, `${endpoint.id}By${method}`),
    ]),
  );
}

const HEADERS = {
  'Idempotency-Replayed': {
    description: '`true` when the request was carried out before, under the same `Idempotency-Key`. Absent otherwise.',
    schema: { type: 'string', enum: ['true'] },
  },
  'X-Request-Id': {
    description: 'The id of the request; yours, when you sent one.',
    required: true,
    schema: { type: 'string' },
  },
  'X-RateLimit-Limit': {
    description: 'Calls that the organisation may make in the window.',
    required: true,
    schema: { type: 'integer' },
  },
  'X-RateLimit-Remaining': {
    description: 'How many of them are left.',
    required: true,
    schema: { type: 'integer' },
  },
  'X-RateLimit-Reset': {
    description: 'When the window ends, in seconds since the epoch.',
    required: true,
    schema: { type: 'integer' },
  },
};
