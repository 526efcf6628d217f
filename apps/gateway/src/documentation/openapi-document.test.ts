import { ENDPOINTS, errorsOf, type EndpointDeclaration } from '@millrace/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openApiDocument } from './openapi-document.js';

type Json = Record<string, unknown>;

const document = openApiDocument() as { paths: Record<string, Record<string, Json>>; components: Json };
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('every endpoint that is part of the API is in it, once', () => {
  const ids = operations.map((operation) => operation['operationId']);
  expect(new Set(ids).size).toBe(ids.length);
  const missing = ENDPOINTS.filter(
    ({ id, method, undocumented }) => !undocumented && !ids.includes(method === 'ANY' ? `${id}ByPost` : id),
  );
  expect(missing).toEqual([]);
  expect(ids.length).toBeGreaterThan(15);
});

test('every operation says its scope, and with each status the codes that it comes with', () => {
  for (const endpoint of ENDPOINTS.filter(({ undocumented }) => !undocumented)) {
    const method = endpoint.method === 'ANY' ? 'post' : endpoint.method.toLowerCase();
    const operation = document.paths[endpoint.path]?.[method] as Json;
    const { access } = endpoint;
    const token = access === 'any_token' ? [] : [access];
    expect(operation['security']).toEqual(access === 'public' ? [] : [{ token }]);
    const text = JSON.stringify(operation['responses']);
    expect(errorsOf(endpoint).filter((code) => !text.includes(`"${code}"`))).toEqual([]);
  }
});

test('every answer to a caller who is known says what is left of its calls', () => {
  const untold = operations.flatMap(({ operationId, security, responses }) => {
    if ((security as unknown[]).length === 0) return [];
    return Object.entries(responses as Record<string, Json>).flatMap(([status, { headers = {} }]) =>
      'X-RateLimit-Remaining' in (headers as Json) ? [] : [`${operationId as string} ${status}`],
    );
  });
  // Those with which a call may end before its token is looked up.
  expect([...new Set(untold.map((answer) => answer.split(' ')[1]))].sort()).toEqual(['401', '500', '503']);
});

/** Declared examples, with the name of what they are an example of. */
const examples = ENDPOINTS.flatMap(({ id, body, answer, furtherAnswers = [] }: EndpointDeclaration) =>
  [body, answer, ...furtherAnswers].flatMap((part) =>
    part?.example === undefined || !part.schema ? [] : [{ id, schema: part.schema, example: part.example }],
  ),
);

test('every JSON body has an example, which is one', () => {
  expect(examples.length).toBeGreaterThan(15);
  for (const { id, schema, example } of examples)
    expect([id, schema.safeParse(example).error]).toEqual([id, undefined]);
});

/** Answers that are documents about the API, whose example would be the document, or bytes of somebody's. */
const DOCUMENTS = ['getWorkflowSchema', 'getStepSchema', 'getOpenApiDocument', 'downloadFile'];

test('every operation has an example of each body, of each failure and of each parameter in its path', () => {
  const without = operations.flatMap(({ operationId, requestBody, responses, parameters }) => {
    const bodies = [requestBody, ...Object.values(responses as Json)] as ({ content?: Json } | undefined)[];
    const contents = bodies.flatMap((body) => Object.values(body?.content ?? {})) as Json[];
    const inPath = (parameters as Json[]).filter((parameter) => parameter['in'] === 'path');
    const parts = [...(DOCUMENTS.includes(operationId as string) ? [] : contents), ...inPath];
    return parts.some((part) => part['example'] === undefined && part['examples'] === undefined) ? [operationId] : [];
  });
  expect(without).toEqual([]);
});

test('the example of a workflow document is one by the schema of the document', () => {
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const example = ENDPOINTS.find(({ id }) => id === 'createWorkflow')?.body?.example;
  const validate = ajv.compile({ $ref: 'openapi#/components/schemas/WorkflowDocument' });
  validate(example);
  expect(validate.errors).toBeNull();
});

test('the document that the SDKs are made of is this one; if not: pnpm openapi', () => {
  const file = path.join(__dirname, '../../../../packages/sdk-conformance/openapi.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
});
