import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import {
  tokenCreatedSchema,
  tokenListSchema,
  tokenPatchSchema,
  tokenRequestSchema,
  tokenResourceSchema,
} from './tokens.js';

const group = 'Tokens';

const TOKEN = {
  id: 'tok_01kaxh3v9m0000000000000001',
  name: 'Deployment',
  scopes: ['workflows:read', 'workflows:write'],
  version: 1,
  prefix: 'mr_live_',
  last_four: '5u2q',
  from_settings: false,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:00.000Z',
  expires_at: '2027-11-25T09:00:00.000Z',
  last_used_at: null,
};

const REQUEST = {
  name: 'Deployment',
  scopes: ['workflows:read', 'workflows:write'],
  expires_at: '2027-11-25T09:00:00Z',
} as const;

/** The endpoints of API tokens. */
export const tokenEndpoints = {
  list: defineEndpoint({
    id: 'listTokens',
    method: 'GET',
    path: '/v1/tokens',
    group,
    summary: 'List API tokens, newest first',
    description: 'Revoked ones are not in it. The text of a token is never in it.',
    access: 'settings:read',
    query: z.object({
      limit: z.int().min(1).max(LIMITS.pageSize).default(20),
      starting_after: z
        .string()
        .regex(ID_FORMS.token, 'starting_after must be a token id, the next_cursor of the page before')
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: tokenListSchema,
      example: { tokens: [TOKEN], next_cursor: null, has_more: false },
    },
  }),

  create: defineEndpoint({
    id: 'createToken',
    method: 'POST',
    path: '/v1/tokens',
    group,
    summary: 'Create an API token',
    description:
      'The answer is the only place where its text is ever shown. It works everywhere when the answer is there. FORBIDDEN with `missing_scopes` when the caller lacks one of the scopes.',
    access: 'tokens:write',
    audit: { resource: 'token', action: 'create', made: true },
    body: { type: 'json', schema: tokenRequestSchema, limitBytes: LIMITS.settingsBodyBytes, example: REQUEST },
    answer: {
      status: 201,
      description: 'The token, with its text.',
      schema: tokenCreatedSchema,
      headers: ETAG,
      example: { ...TOKEN, token: 'mr_live_EXAMPLE' },
    },
    errors: ['QUOTA_EXCEEDED'],
  }),

  update: defineEndpoint({
    id: 'updateToken',
    method: 'PATCH',
    path: '/v1/tokens/{token_id}',
    group,
    summary: 'Change an API token',
    description:
      'Its name, scopes or expiry. Who changes scopes or expiry must have every scope that the token then has. TOKEN_FROM_SETTINGS for one that the settings of the installation name.',
    access: 'tokens:write',
    audit: { resource: 'token', action: 'update' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: tokenPatchSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { scopes: ['workflows:read'] },
    },
    answer: {
      status: 200,
      description: 'The token as it is now.',
      schema: tokenResourceSchema,
      headers: ETAG,
      example: { ...TOKEN, scopes: ['workflows:read'], version: 2 },
    },
    errors: ['TOKEN_FROM_SETTINGS', 'VERSION_CONFLICT'],
  }),

  delete: defineEndpoint({
    id: 'revokeToken',
    method: 'DELETE',
    path: '/v1/tokens/{token_id}',
    group,
    summary: 'Revoke an API token',
    description: 'No call that begins after the response gets in with it. A token can revoke itself.',
    access: 'tokens:write',
    audit: { resource: 'token', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is revoked.' },
    errors: ['VERSION_CONFLICT', 'TOKEN_FROM_SETTINGS'],
  }),
};
