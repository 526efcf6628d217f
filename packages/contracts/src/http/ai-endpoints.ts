import { LIMITS } from '../limits.js';
import {
  aiModelListQuery,
  aiModelListSchema,
  aiProviderBodySchema,
  aiProviderListSchema,
  aiProviderResourceSchema,
  aiProviderTestBodySchema,
  aiProviderTestSchema,
} from './ai.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import { settingListQuery } from './settings.js';

const SETTINGS = {
  type: 'openai',
  models: ['gpt-5.4', 'gpt-5.4-mini'],
  aliases: { quick: 'gpt-5.4-mini' },
  default: true,
} as const;

const PROVIDER = {
  id: 'aip_01kaxh3v9m0000000000000001',
  name: 'openai',
  description: 'Paid by the support team',
  version: 1,
  created_at: '2026-11-26T09:00:00.000Z',
  updated_at: '2026-11-26T09:00:00.000Z',
  ...SETTINGS,
  base_url: null,
  has_key: true,
} as const;

/** The endpoints of an organisation's own providers of models. */
export const aiProviderEndpoints = {
  list: defineEndpoint({
    id: 'listAiProviders',
    method: 'GET',
    path: '/v1/ai/providers',
    group: 'AI',
    summary: "List the organisation's providers of models, by name",
    description:
      'Keys are never returned. Those of the installation are not among them: `GET /v1/ai/models` has their models.',
    access: 'settings:read',
    query: settingListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: aiProviderListSchema,
      example: { providers: [PROVIDER], next_cursor: null, has_more: false },
    },
  }),

  get: defineEndpoint({
    id: 'getAiProvider',
    method: 'GET',
    path: '/v1/ai/providers/{provider_name}',
    group: 'AI',
    summary: 'Read a provider of models',
    access: 'settings:read',
    answer: {
      status: 200,
      description: 'The provider, without its key.',
      schema: aiProviderResourceSchema,
      headers: ETAG,
      example: PROVIDER,
    },
  }),

  put: defineEndpoint({
    id: 'putAiProvider',
    method: 'PUT',
    path: '/v1/ai/providers/{provider_name}',
    group: 'AI',
    summary: 'Store a provider of models',
    description:
      'Makes it, or replaces it whole. AI steps ask its models from then on, before those of the installation; one of the same name takes the place of the installation’s. It is not tried: for that there is a call of its own.',
    access: 'secrets:write',
    audit: { resource: 'ai_provider', action: 'put' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: aiProviderBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { ...SETTINGS, api_key: 'sk-correct-horse-battery-staple', description: 'Paid by the support team' },
    },
    answer: {
      status: 200,
      description: 'The provider, without its key.',
      schema: aiProviderResourceSchema,
      headers: ETAG,
      example: PROVIDER,
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteAiProvider',
    method: 'DELETE',
    path: '/v1/ai/providers/{provider_name}',
    group: 'AI',
    summary: 'Delete a provider of models',
    description: 'Steps that name a model which only it has fail from then on.',
    access: 'secrets:write',
    audit: { resource: 'ai_provider', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),

  test: defineEndpoint({
    id: 'testAiProvider',
    method: 'POST',
    path: '/v1/ai/providers/{provider_name}/test',
    group: 'AI',
    summary: 'Ask a model of a provider for one word',
    description: `Asks as a step would, which costs a few tokens, and returns what the model said within ${LIMITS.aiTestMs / 1_000} seconds.`,
    access: 'secrets:write',
    audit: { resource: 'ai_provider', action: 'test' },
    body: {
      type: 'json',
      schema: aiProviderTestBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      optional: true,
      example: { model: 'gpt-5.4-mini' },
    },
    answer: {
      status: 200,
      description: 'The model responded.',
      schema: aiProviderTestSchema,
      example: { model: 'gpt-5.4-mini', answer: 'OK', input_tokens: 14, output_tokens: 1 },
    },
    errors: [
      'AI_MODEL_UNKNOWN',
      'AI_KEY_REFUSED',
      'AI_QUOTA_EXCEEDED',
      'AI_RATE_LIMITED',
      'AI_UNAVAILABLE',
      'AI_REQUEST_REFUSED',
      'AI_CONTENT_FILTERED',
      'AI_ANSWER_TOO_LARGE',
      'HTTP_ADDRESS_BLOCKED',
      'SECRET_UNREADABLE',
    ],
  }),
};

/** The endpoint of the models that workflows may name. */
export const aiModelEndpoints = {
  list: defineEndpoint({
    id: 'listAiModels',
    method: 'GET',
    path: '/v1/ai/models',
    group: 'AI',
    summary: 'List the models that workflows may name, by name',
    description: "Of the organisation's own providers, and of those of the installation.",
    access: 'workflows:read',
    query: aiModelListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: aiModelListSchema,
      example: {
        models: [
          {
            name: 'gpt-5.4',
            aliases: ['gpt-4', 'gpt-3.5-turbo'],
            model: 'gpt-5.4',
            provider: 'openai',
            type: 'openai',
            owner: 'organisation',
            default: true,
          },
          {
            name: 'own/*',
            aliases: [],
            model: null,
            provider: 'own',
            type: 'openai_compatible',
            owner: 'installation',
            default: false,
          },
        ],
        next_cursor: null,
        has_more: false,
      },
    },
  }),
};
