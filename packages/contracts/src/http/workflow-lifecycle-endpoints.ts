import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import { RESOURCE } from './workflow-examples.js';
import { workflowResourceSchema } from './workflows.js';

const group = 'Workflows';

/** The endpoints that switch workflows on and off, and copy them. */
export const workflowLifecycleEndpoints = {
  pause: defineEndpoint({
    id: 'pauseWorkflow',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/pause',
    group,
    summary: 'Pause a workflow',
    description: 'Every start is refused from then on; what runs goes on to its end. The version stays the same.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'pause' },
    headers: IF_MATCH,
    answer: {
      status: 200,
      description: 'The workflow, which is paused.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: { ...RESOURCE, status: 'paused' },
    },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),

  activate: defineEndpoint({
    id: 'activateWorkflow',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/activate',
    group,
    summary: 'Activate a workflow',
    description: 'It starts by its triggers and by the API from then on. The version stays the same.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'activate' },
    headers: IF_MATCH,
    answer: {
      status: 200,
      description: 'The workflow, which is active.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: RESOURCE,
    },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),

  duplicate: defineEndpoint({
    id: 'duplicateWorkflow',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/duplicate',
    group,
    summary: 'Duplicate a workflow',
    description:
      'Makes a new workflow of the current document, called "… copy". It is a draft: its triggers start nothing until it is activated, and its webhooks have addresses of their own.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'duplicate', made: true },
    answer: {
      status: 201,
      description: 'The new workflow, at version 1.',
      schema: workflowResourceSchema,
      headers: { ...ETAG, Location: 'The address of the new workflow.' },
      example: { ...RESOURCE, id: 'wf_01kaxh3v9m0000000000000002', name: 'Greet copy', status: 'draft' },
    },
    errors: ['QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  restore: defineEndpoint({
    id: 'restoreWorkflow',
    method: 'POST',
    path: '/v1/workflows/{workflow_id}/restore',
    group,
    summary: 'Restore a deleted workflow',
    description:
      'Undoes a delete, for 30 days after it: status, version and addresses of webhooks are what they were. A workflow that is not deleted stays as it is.',
    access: 'workflows:write',
    audit: { resource: 'workflow', action: 'restore' },
    answer: {
      status: 200,
      description: 'The workflow as it was.',
      schema: workflowResourceSchema,
      headers: ETAG,
      example: RESOURCE,
    },
    errors: ['QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),
};
