import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';
import { defineEndpoint, type AnswerDeclaration } from './endpoint.js';
import { expressionHelpersSchema, jsonSchemaSchema, stepTypesSchema, triggerTypesSchema } from './reference-lists.js';

const group = 'Documentation';
const CACHED = { 'Cache-Control': 'It may be kept for an hour.' };

const openApiDocumentSchema = z.unknown().register(apiSchemas, { id: 'OpenApiDocument' });

const FILE = { status: 200, description: 'A file of the page.' } as const satisfies AnswerDeclaration;
const TEXT = { ...FILE, schema: z.string() } as const satisfies AnswerDeclaration;

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
    answer: { status: 200, description: 'All of them.', schema: stepTypesSchema, headers: CACHED },
  }),

  triggerTypes: defineEndpoint({
    id: 'listTriggerTypes',
    method: 'GET',
    path: '/v1/trigger-types',
    group,
    summary: 'List the types of triggers',
    access: 'public',
    answer: { status: 200, description: 'All of them.', schema: triggerTypesSchema, headers: CACHED },
  }),

  expressionHelpers: defineEndpoint({
    id: 'listExpressionHelpers',
    method: 'GET',
    path: '/v1/expression-helpers',
    group,
    summary: 'List the helpers of expressions',
    access: 'public',
    answer: { status: 200, description: 'All of them.', schema: expressionHelpersSchema, headers: CACHED },
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
