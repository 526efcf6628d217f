import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import { DOCUMENT, RESOURCE, SUMMARY, VALIDATION, YAML } from './workflow-examples.js';
import { workflowListQuery } from './workflow-queries.js';
import { workflowValidationSchema } from './workflow-validation.js';
import {
  workflowDocumentSchema,
  workflowListSchema,
  workflowMergePatchSchema,
  workflowPatchSchema,
  workflowResourceSchema,
} from './workflows.js';

const group = 'Workflows';

/** The endpoints of workflows. */
export const workflowEndpoints = {
  list: defineEndpoint({
    id: 'listWorkflows',
    method: 'GET',
    path: '/v1/workflows',
    group,
    summary: 'List workflows, newest first',
    description:
      'With filters, a search, an order, or the deleted ones. All filters must hold, and `total` counts what they leave.',
    access: 'workflows:read',
    query: workflowListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: workflowListSchema,
      headers: { Link: 'The first, previous, next and last page (RFC 8288), when there are several.' },
      example: { workflows: [SUMMARY], total: 1, page: 1, per_page: 20 },
    },
  }),

  create: defineEndpoint({
    id: 'createWorkflow',
    method: 'POST',
    path: '/v1/workflows',
    group,
    summary: 'Create a workflow',
    description: 'INVALID_INPUT lists every problem of the document at once.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'create', made: true, except: { dry_run: 'true' } },
    query: z.object({
      dry_run: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Saves nothing, and says what saving would say, with status 200.' }),
    }),
    body: {
      type: 'json',
      schema: workflowDocumentSchema,
      limitBytes: LIMITS.workflowBodyBytes,
      example: DOCUMENT,
      yaml: YAML,
    },
    answer: {
      status: 201,
      description: 'The workflow, at version 1.',
      schema: workflowResourceSchema,
      headers: { ...ETAG, Location: 'The address of the workflow.' },
      example: RESOURCE,
    },
    furtherAnswers: [
      {
        status: 200,
        description: 'Of a dry run: what is to be said of the document.',
        schema: workflowValidationSchema,
        example: VALIDATION,
      },
    ],
    errors: ['QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  validate: defineEndpoint({
    id: 'validateWorkflow',
    method: 'POST',
    path: '/v1/workflows/validate',
    group,
    summary: 'Check a document',
    description:
      'Saves nothing. Says what saving would say, and what an execution would do: the order of the steps, and what the document refers to.',
    access: 'workflows:write',
    audit: { nothing: 'It stores nothing.' },
    body: {
      type: 'json',
      schema: workflowDocumentSchema,
      limitBytes: LIMITS.workflowBodyBytes,
      example: DOCUMENT,
      yaml: YAML,
    },
    answer: {
      status: 200,
      description: 'What is to be said of the document, valid or not.',
      schema: workflowValidationSchema,
      example: VALIDATION,
    },
  }),

  get: defineEndpoint({
    id: 'getWorkflow',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}',
    group,
    summary: 'Get a workflow',
    description:
      'As JSON with what the server knows of it; by `Accept: application/yaml` its document alone, with the comments that it was saved with.',
    access: 'workflows:read',
    answer: {
      status: 200,
      description: 'The workflow.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: RESOURCE,
      yaml: YAML,
    },
  }),

  put: defineEndpoint({
    id: 'replaceWorkflowFields',
    method: 'PUT',
    path: '/v1/workflows/{workflow_id}',
    group,
    summary: 'Change a workflow',
    description:
      'Each member of the body replaces that of the document, and null removes it. Every change makes a new version.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'update' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: workflowPatchSchema,
      limitBytes: LIMITS.workflowBodyBytes,
      example: { status: 'paused' },
      yaml: 'status: paused # until Monday\n',
    },
    answer: {
      status: 200,
      description: 'The workflow, at its new version.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: { ...RESOURCE, status: 'paused', version: 2 },
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  patch: defineEndpoint({
    id: 'updateWorkflow',
    method: 'PATCH',
    path: '/v1/workflows/{workflow_id}',
    group,
    summary: 'Change parts of a workflow',
    description:
      'The body is a JSON Merge Patch (RFC 7396) of the document: objects are merged at every level, null removes a member, everything else, arrays too, replaces. Every change makes a new version.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'update' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: workflowMergePatchSchema,
      limitBytes: LIMITS.workflowBodyBytes,
      mediaTypes: ['application/json', 'application/merge-patch+json'],
      example: { description: null, variables: { region: 'eu' } },
    },
    answer: {
      status: 200,
      description: 'The workflow, at its new version.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: { ...RESOURCE, variables: { region: 'eu' }, version: 2 },
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteWorkflow',
    method: 'DELETE',
    path: '/v1/workflows/{workflow_id}',
    group,
    summary: 'Delete a workflow',
    description:
      'It starts no more; its executions stay readable, and so do its versions for 30 days, in which it can be restored.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),
};
