import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { IF_MATCH } from './entity-tags.js';
import { publishDraftBodySchema, workflowDraftBodySchema, workflowDraftSchema } from './workflow-drafts.js';
import { DOCUMENT, RESOURCE, YAML } from './workflow-examples.js';
import { workflowResourceSchema } from './workflows.js';

const group = 'Workflows';
const path = '/v1/workflows/{workflow_id}/draft';
const headers = { ETag: 'The version of the draft, for `If-Match` of the next change.' } as const;

const DRAFT = {
  workflow_id: 'wf_01kaxh3v9m0000000000000001',
  document: DOCUMENT,
  source: null,
  pins: { greeting: 'Hello Ada!' },
  based_on: 1,
  version: 4,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:05:00.000Z',
  updated_by: 'tok_01kaxh3v9m0000000000000001',
};

/** The endpoints of the working copies of workflows, which nothing that is live reads. */
export const workflowDraftEndpoints = {
  put: defineEndpoint({
    id: 'putWorkflowDraft',
    method: 'PUT',
    path,
    group,
    summary: 'Save the draft of a workflow',
    description:
      'A working copy beside the workflow: it need not be valid, and nothing changes for executions until it is published. As YAML the body is the document alone: its pins stay, and what it is based on, at first the present version.',
    access: 'workflows:write',
    audit: { resource: 'workflow_draft', action: 'put' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: workflowDraftBodySchema,
      limitBytes: LIMITS.draftBodyBytes,
      example: { document: DOCUMENT, pins: { greeting: 'Hello Ada!' }, based_on: 1 },
      yaml: YAML,
    },
    answer: { status: 200, description: 'The draft.', schema: workflowDraftSchema, headers, example: DRAFT },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  get: defineEndpoint({
    id: 'getWorkflowDraft',
    method: 'GET',
    path,
    group,
    summary: 'Get the draft of a workflow',
    description: 'By `Accept: application/yaml` the document alone, as the text that it is written as.',
    access: 'workflows:read',
    answer: {
      status: 200,
      description: 'The draft.',
      schema: workflowDraftSchema,
      headers,
      example: DRAFT,
      yaml: YAML,
    },
    errors: ['DRAFT_NOT_FOUND'],
  }),

  publish: defineEndpoint({
    id: 'publishWorkflowDraft',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/draft/publish',
    group,
    summary: 'Publish the draft of a workflow',
    description:
      'Saves its document as the next version of the workflow, and takes the draft away. VERSION_CONFLICT when the workflow has changed since the version that the draft is based on; INVALID_INPUT lists every problem of the document.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'publish' },
    headers: { 'If-Match': 'The `ETag` of the draft as it was read: a change in between is VERSION_CONFLICT.' },
    body: {
      type: 'json',
      schema: publishDraftBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      optional: true,
      example: { note: 'Greets by name' },
    },
    answer: {
      status: 200,
      description: 'The workflow, at its new version.',
      schema: workflowResourceSchema,
      headers: { ETag: 'The version of the workflow.' },
      example: { ...RESOURCE, version: 2 },
    },
    errors: ['DRAFT_NOT_FOUND', 'VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteWorkflowDraft',
    method: 'DELETE',
    path,
    group,
    summary: 'Throw the draft of a workflow away',
    description: 'With its pins. The workflow stays as it is.',
    access: 'workflows:write',
    audit: { resource: 'workflow_draft', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'There is no draft any more.' },
    errors: ['DRAFT_NOT_FOUND', 'VERSION_CONFLICT', 'STORAGE_FULL'],
  }),
};
