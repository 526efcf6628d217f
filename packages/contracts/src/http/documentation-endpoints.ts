import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';
import { defineEndpoint, type AnswerDeclaration } from './endpoint.js';
import { expressionHelpersSchema, jsonSchemaSchema, stepTypesSchema, triggerTypesSchema } from './reference-lists.js';

const group = 'Documentation';
const CACHED = { 'Cache-Control': 'It may be kept for an hour.' };

const openApiDocumentSchema = z.unknown().register(apiSchemas, { id: 'OpenApiDocument' });

const FILE = { status: 200, description: 'A file of the page.' } as const satisfies AnswerDeclaration;
const TEXT = { ...FILE, schema: z.string() } as const satisfies AnswerDeclaration;

const STEP_TYPE = {
  type: 'wait',
  title: 'Wait',
  description: 'Waits for a time or until a moment; a long wait survives restarts.',
  available: true,
  config: { type: 'object', properties: { duration: { type: 'string' }, until: { type: 'string' } } },
  example: { duration: '5m' },
  output: { type: 'object', properties: { waited_until: { type: 'string' } } },
  data: null,
  retried_by_default: false,
  iterates: false,
  ends_execution: false,
} as const;

const TRIGGER_TYPE = {
  type: 'schedule',
  title: 'Schedule',
  description: 'Starts executions by a cron expression or at an interval.',
  available: true,
  config: { type: 'object', properties: { cron: { type: 'string' } } },
  example: { cron: '0 9 * * MON-FRI' },
} as const;

const HELPER = {
  name: 'trim',
  group: 'Text',
  signature: 'trim(text)',
  description: 'Without white space at its ends.',
  parameters: [{ name: 'text', type: 'text', optional: false }],
  returns: 'text',
  method: true,
  examples: [{ expression: "trim(' a ')", result: '"a"' }],
} as const;

/** What the API says about itself. Public: an editor or a browser has no token, and nothing here is anybody's. */
export const documentationEndpoints = {
  workflowSchema: defineEndpoint({
    id: 'getWorkflowSchema',
    method: 'GET',
    path: '/v1/schemas/workflow.json',
    group,
    summary: 'Get the JSON Schema of workflow documents, for editors',
    access: 'public',
    answer: {
      status: 200,
      description: 'JSON Schema, draft 2020-12.',
      schema: jsonSchemaSchema,
      mediaType: 'application/schema+json',
      headers: CACHED,
    },
  }),

  stepSchema: defineEndpoint({
    id: 'getStepSchema',
    method: 'GET',
    path: '/v1/schemas/steps/{step_type}.json',
    group,
    summary: 'Get the JSON Schema of the config of one type of step',
    access: 'public',
    answer: {
      status: 200,
      description: 'JSON Schema, draft 2020-12.',
      schema: jsonSchemaSchema,
      mediaType: 'application/schema+json',
      headers: CACHED,
    },
  }),

  stepTypes: defineEndpoint({
    id: 'listStepTypes',
    method: 'GET',
    path: '/v1/step-types',
    group,
    summary: 'List the types of steps',
    description:
      'All that an editor needs: what each does, the schema of its config, the shape of its output, an example.',
    access: 'public',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: stepTypesSchema,
      headers: CACHED,
      example: { step_types: [STEP_TYPE] },
    },
  }),

  triggerTypes: defineEndpoint({
    id: 'listTriggerTypes',
    method: 'GET',
    path: '/v1/trigger-types',
    group,
    summary: 'List the types of triggers',
    access: 'public',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: triggerTypesSchema,
      headers: CACHED,
      example: { trigger_types: [TRIGGER_TYPE] },
    },
  }),

  expressionHelpers: defineEndpoint({
    id: 'listExpressionHelpers',
    method: 'GET',
    path: '/v1/expression-helpers',
    group,
    summary: 'List the helpers of expressions',
    access: 'public',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: expressionHelpersSchema,
      headers: CACHED,
      example: { helpers: [HELPER] },
    },
  }),

  openApi: defineEndpoint({
    id: 'getOpenApiDocument',
    method: 'GET',
    path: '/openapi.json',
    group,
    summary: 'Get this document',
    access: 'public',
    answer: { status: 200, description: 'OpenAPI 3.1.', schema: openApiDocumentSchema, headers: CACHED },
  }),

  page: defineEndpoint({
    id: 'getDocumentationPage',
    method: 'GET',
    path: '/docs',
    group,
    summary: 'A page to read this document and to try its calls',
    access: 'public',
    answer: { ...TEXT, mediaType: 'text/html' },
    undocumented: true,
  }),

  pageStart: defineEndpoint({
    id: 'getDocumentationStart',
    method: 'GET',
    path: '/docs/start.js',
    group,
    summary: 'What starts the page',
    access: 'public',
    answer: { ...TEXT, mediaType: 'text/javascript' },
    undocumented: true,
  }),

  pageScript: defineEndpoint({
    id: 'getDocumentationScript',
    method: 'GET',
    path: '/docs/swagger-ui-bundle.js',
    group,
    summary: 'The script of the page',
    access: 'public',
    answer: { ...FILE, mediaType: 'text/javascript' },
    undocumented: true,
  }),

  pageStyle: defineEndpoint({
    id: 'getDocumentationStyle',
    method: 'GET',
    path: '/docs/swagger-ui.css',
    group,
    summary: 'The style of the page',
    access: 'public',
    answer: { ...FILE, mediaType: 'text/css' },
    undocumented: true,
  }),
};
