import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { CREDITS_EXAMPLE } from './credit-endpoints.js';
import { creditChangeSchema, creditsSchema } from './credits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import {
  organisationListSchema,
  organisationPatchSchema,
  organisationRequestSchema,
  organisationResourceSchema,
} from './organisations.js';
import { tokenEndpoints } from './token-endpoints.js';
import { tokenCreatedSchema, tokenRequestSchema } from './tokens.js';

const group = 'Organisations';
const access = 'operator';

const ORGANISATION = {
  id: 'org_01kaxh3v9m0000000000000001',
  name: 'Acme',
  limits: { api_calls_per_hour: 5000, executions_per_minute: null, webhook_calls_per_minute: null },
  credits: null,
  suspended: false,
  version: 1,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:00.000Z',
} as const;

/** The endpoints of organisations, for the operator of the installation. */
export const organisationEndpoints = {
  list: defineEndpoint({
    id: 'listOrganisations',
    method: 'GET',
    path: '/v1/organisations',
    group,
    summary: 'List organisations, by id',
    access,
    query: z.object({
      limit: z.int().min(1).max(LIMITS.pageSize).default(20),
      starting_after: z
        .string()
        .regex(ID_FORMS.organisation, 'starting_after must be an organisation id, the next_cursor of the page before')
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: organisationListSchema,
      example: { organisations: [ORGANISATION], next_cursor: null, has_more: false },
    },
  }),

  create: defineEndpoint({
    id: 'createOrganisation',
    method: 'POST',
    path: '/v1/organisations',
    group,
    summary: 'Create an organisation',
    description: 'It has no token yet: make its first one.',
    access,
    audit: { resource: 'organisation', action: 'create', made: true },
    body: {
      type: 'json',
      schema: organisationRequestSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { name: 'Acme', limits: { api_calls_per_hour: 5000 } },
    },
    answer: {
      status: 201,
      description: 'The organisation.',
      schema: organisationResourceSchema,
      headers: ETAG,
      example: ORGANISATION,
    },
  }),

  get: defineEndpoint({
    id: 'getOrganisation',
    method: 'GET',
    path: '/v1/organisations/{organisation_id}',
    group,
    summary: 'Get an organisation',
    access,
    answer: {
      status: 200,
      description: 'The organisation.',
      schema: organisationResourceSchema,
      headers: ETAG,
      example: ORGANISATION,
    },
  }),

  update: defineEndpoint({
    id: 'updateOrganisation',
    method: 'PATCH',
    path: '/v1/organisations/{organisation_id}',
    group,
    summary: 'Rename, limit or suspend an organisation',
    description:
      'Limits that are not named stay as they are; null is the default of the installation. Every gateway acts on it within 5 seconds. While it is suspended, its calls and webhooks are ORGANISATION_SUSPENDED; executions that have begun go on to their end.',
    access,
    audit: { resource: 'organisation', action: 'update' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: organisationPatchSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { suspended: true },
    },
    answer: {
      status: 200,
      description: 'The organisation as it is now.',
      schema: organisationResourceSchema,
      headers: ETAG,
      example: { ...ORGANISATION, suspended: true, version: 2 },
    },
    errors: ['VERSION_CONFLICT'],
  }),

  delete: defineEndpoint({
    id: 'deleteOrganisation',
    method: 'DELETE',
    path: '/v1/organisations/{organisation_id}',
    group,
    summary: 'Delete a suspended organisation',
    description:
      'Its tokens are revoked, its workflows deleted, its secrets and variables erased. Records of its executions expire as all do. ORGANISATION_NOT_SUSPENDED when it was not suspended before; TOKEN_FROM_SETTINGS when the settings of the installation name it.',
    access,
    audit: { resource: 'organisation', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'ORGANISATION_NOT_SUSPENDED', 'TOKEN_FROM_SETTINGS'],
  }),

  addCredits: defineEndpoint({
    id: 'addOrganisationCredits',
    method: 'POST',
    path: '/v1/organisations/{organisation_id}/credits',
    group,
    summary: 'Add to the balance of an organisation',
    description:
      'Send an `Idempotency-Key`, so that a call that is repeated adds once. CREDITS_UNLIMITED when it has no balance: `PATCH` the organisation with `credits` first.',
    access,
    audit: { resource: 'organisation', action: 'update' },
    body: {
      type: 'json',
      schema: creditChangeSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { amount: 10_000_000, note: 'Invoice 4711' },
    },
    answer: {
      status: 200,
      description: 'The balance as it is now, with the newest lines of the ledger.',
      schema: creditsSchema,
      example: CREDITS_EXAMPLE,
    },
    errors: ['CREDITS_UNLIMITED'],
  }),

  createToken: defineEndpoint({
    id: 'createOrganisationToken',
    method: 'POST',
    path: '/v1/organisations/{organisation_id}/tokens',
    group,
    summary: 'Create an API token of an organisation',
    description:
      'Its first one, or one for when it has lost them all. The answer is the only place where its text is ever shown.',
    access,
    audit: { resource: 'token', action: 'create', made: true },
    body: {
      type: 'json',
      schema: tokenRequestSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { name: 'First token', scopes: ['*'] },
    },
    answer: {
      status: 201,
      description: 'The token, with its text.',
      schema: tokenCreatedSchema,
      headers: ETAG,
      example: { ...tokenEndpoints.create.answer.example, name: 'First token', scopes: ['*'] },
    },
    errors: ['QUOTA_EXCEEDED'],
  }),
};
