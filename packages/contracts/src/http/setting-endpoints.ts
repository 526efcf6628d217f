import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import {
  secretBodySchema,
  secretListSchema,
  secretResourceSchema,
  settingListQuery,
  variableBodySchema,
  variableListSchema,
  variableResourceSchema,
} from './settings.js';

const TIMES = { created_at: '2026-11-25T09:00:00.000Z', updated_at: '2026-11-25T09:00:00.000Z' } as const;

const SECRET = {
  id: 'sec_01kaxh3v9m0000000000000001',
  name: 'crm_key',
  description: 'Of the CRM, read only',
  version: 1,
  ...TIMES,
  masked: true,
  last_used_at: '2026-11-25T09:05:00.000Z',
  used_by: [{ id: 'wf_01kaxh3v9m0000000000000001', name: 'Greet' }],
} as const;

const VARIABLE = {
  id: 'var_01kaxh3v9m0000000000000001',
  name: 'support_address',
  description: null,
  version: 1,
  ...TIMES,
  value: 'support@example.com',
} as const;

/** The endpoints of secrets. */
export const secretEndpoints = {
  list: defineEndpoint({
    id: 'listSecrets',
    method: 'GET',
    path: '/v1/secrets',
    group: 'Secrets',
    summary: 'List secrets, by name',
    description: 'Values are never returned.',
    access: 'settings:read',
    query: settingListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: secretListSchema,
      example: { secrets: [SECRET], next_cursor: null, has_more: false },
    },
  }),

  put: defineEndpoint({
    id: 'putSecret',
    method: 'PUT',
    path: '/v1/secrets/{secret_name}',
    group: 'Secrets',
    summary: 'Store a secret',
    description: 'Makes it, or replaces its value. Executions that begin or go on from then on read the new one.',
    access: 'secrets:write',
    audit: { resource: 'secret', action: 'put' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: secretBodySchema,
      limitBytes: LIMITS.settingBodyBytes,
      example: { value: 'correct-horse-battery-staple', description: 'Of the CRM, read only' },
    },
    answer: {
      status: 200,
      description: 'The secret, without its value.',
      schema: secretResourceSchema,
      headers: ETAG,
      example: SECRET,
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteSecret',
    method: 'DELETE',
    path: '/v1/secrets/{secret_name}',
    group: 'Secrets',
    summary: 'Delete a secret',
    description: 'Steps that read it fail from then on.',
    access: 'secrets:write',
    audit: { resource: 'secret', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),
};

/** The endpoints of variables. */
export const variableEndpoints = {
  list: defineEndpoint({
    id: 'listVariables',
    method: 'GET',
    path: '/v1/variables',
    group: 'Variables',
    summary: 'List variables of the organisation, by name',
    access: 'settings:read',
    query: settingListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: variableListSchema,
      example: { variables: [VARIABLE], next_cursor: null, has_more: false },
    },
  }),

  put: defineEndpoint({
    id: 'putVariable',
    method: 'PUT',
    path: '/v1/variables/{variable_name}',
    group: 'Variables',
    summary: 'Store a variable of the organisation',
    description:
      'Makes it, or replaces its value. Executions that start from then on read the new one as `{{variables.NAME}}`, unless the workflow has a variable of that name.',
    access: 'settings:write',
    audit: { resource: 'variable', action: 'put' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: variableBodySchema,
      limitBytes: LIMITS.settingBodyBytes,
      example: { value: 'support@example.com' },
    },
    answer: {
      status: 200,
      description: 'The variable.',
      schema: variableResourceSchema,
      headers: ETAG,
      example: VARIABLE,
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteVariable',
    method: 'DELETE',
    path: '/v1/variables/{variable_name}',
    group: 'Variables',
    summary: 'Delete a variable of the organisation',
    access: 'settings:write',
    audit: { resource: 'variable', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),
};
