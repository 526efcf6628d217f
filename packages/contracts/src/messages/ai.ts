import { z } from 'zod';
import {
  aiModelListSchema,
  aiProviderListSchema,
  aiProviderRequestSchema,
  aiProviderResourceSchema,
  aiProviderTestSchema,
} from '../http/ai.js';
import { defineRequest } from '../message.js';
import { deletedName, ifVersion, named, page, scoped } from './question-parts.js';

/** A page of the organisation's providers of models, by name, without keys. */
export const ListAiProviders = defineRequest({
  subject: 'definitions.ai-providers.list',
  question: scoped.extend(page),
  answer: aiProviderListSchema,
});

/** Errors: AI_PROVIDER_NOT_FOUND. */
export const GetAiProvider = defineRequest({
  subject: 'definitions.ai-providers.get',
  question: named,
  answer: aiProviderResourceSchema,
});

/**
 * Stores a provider; returns once executions read it. Only this question has a key in clear text, and questions are stored nowhere.
 * Errors: INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key.
 */
export const PutAiProvider = defineRequest({
  subject: 'definitions.ai-providers.put',
  question: named.extend({ provider: aiProviderRequestSchema, ...ifVersion }),
  answer: aiProviderResourceSchema,
});

/** Errors: AI_PROVIDER_NOT_FOUND. */
export const DeleteAiProvider = defineRequest({
  subject: 'definitions.ai-providers.delete',
  question: named.extend(ifVersion),
  answer: deletedName,
});

/** Asks a model of the provider for a word. Errors: AI_PROVIDER_NOT_FOUND, INVALID_INPUT, SECRET_UNREADABLE and those of an AI step. */
export const TestAiProvider = defineRequest({
  subject: 'executor.ai-providers.test',
  question: named.extend({ model: z.string().optional() }),
  answer: aiProviderTestSchema,
});

/** A page of the models that the organisation's workflows may name. Only executors know those of the installation. */
export const ListAiModels = defineRequest({
  subject: 'executor.ai-models.list',
  question: scoped.extend(page),
  answer: aiModelListSchema,
});
