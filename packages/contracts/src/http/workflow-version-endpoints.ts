import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import { DOCUMENT, RESOURCE, YAML } from './workflow-examples.js';
import { workflowVersionDiffSchema, workflowVersionListSchema, workflowVersionSchema } from './workflow-versions.js';
import { workflowResourceSchema } from './workflows.js';

const group = 'Workflows';

const VERSION = {
  version: 2,
  created_at: '2026-11-25T09:05:00.000Z',
  created_by: 'tok_01kaxh3v9m0000000000000001',
  note: null,
};

const { name, description, steps } = DOCUMENT;

/** The endpoints of the versions of workflows. */
export const workflowVersionEndpoints = {
  list: defineEndpoint({
    id: 'listWorkflowVersions',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/versions',
    group,
    summary: 'List the versions of a workflow, newest first',
    access: 'workflows:read',
    query: z.object({
      limit: z.int().min(1).max(LIMITS.pageSize).default(20),
      starting_after: z
        .string()
        .regex(ID_FORMS.version, 'starting_after must be the number of a version, the next_cursor of the page before')
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: workflowVersionListSchema,
      example: { versions: [VERSION], next_cursor: '2', has_more: true },
    },
  }),

  get: defineEndpoint({
    id: 'getWorkflowVersion',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/versions/{version}',
    group,
    summary: 'Get a version of a workflow',
    description: 'By `Accept: application/yaml` the document alone, with the comments that it was saved with.',
    access: 'workflows:read',
    answer: {
      status: 200,
      description: 'The version, with its document.',
      schema: workflowVersionSchema,
      example: { ...VERSION, document: { name, description, steps }, source: null },
      yaml: YAML,
    },
    errors: ['WORKFLOW_NOT_FOUND', 'VERSION_PRUNED'],
  }),

  diff: defineEndpoint({
    id: 'diffWorkflowVersions',
    method: 'GET',
    path: '/v1/workflows/{workflow_id}/versions/{version}/diff',
    group,
    summary: 'Compare two versions of a workflow',
    description:
      'As a JSON Patch that makes the document of this version of that of `against`, and step by step. Where a part differs in very many places, the patch replaces all of it.',
    access: 'workflows:read',
    query: z.object({
      against: z
        .int()
        .min(1)
        .max(999_999_999)
        .optional()
        .meta({ description: 'The other version; by default the one before this.' }),
    }),
    answer: {
      status: 200,
      description: 'What differs.',
      schema: workflowVersionDiffSchema,
      example: {
        version: 2,
        against: 1,
        patch: [{ op: 'replace', path: '/steps/0/config/output', value: 'Hello {{input.name}}!' }],
        steps: [{ step_id: 'greeting', change: 'changed', fields: ['config.output'] }],
      },
    },
    errors: ['WORKFLOW_NOT_FOUND', 'VERSION_PRUNED'],
  }),

  restore: defineEndpoint({
    id: 'restoreWorkflowVersion',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/versions/{version}/restore',
    group,
    summary: 'Restore a version of a workflow',
    description:
      'Saves its document as the newest version; the status stays. INVALID_INPUT when the rules of today refuse the document.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'restore' },
    headers: IF_MATCH,
    answer: {
      status: 200,
      description: 'The workflow, at its new version.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: { ...RESOURCE, version: 3 },
    },
    errors: ['WORKFLOW_NOT_FOUND', 'VERSION_PRUNED', 'VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),
};
