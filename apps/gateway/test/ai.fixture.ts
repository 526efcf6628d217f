import {
  aiModelEndpoints,
  aiProviderEndpoints,
  DeleteAiProvider,
  GetAiProvider,
  ListAiModels,
  ListAiProviders,
  PutAiProvider,
  TestAiProvider,
} from '@millrace/contracts';
import { CREDIT_ANSWERS, CREDIT_CALLS } from './credits.fixture.js';

/** What the owners of providers, models and credits answer to each question. */
export const AI_ANSWERS: readonly [{ readonly subject: string }, () => unknown][] = [
  [ListAiProviders, () => aiProviderEndpoints.list.answer.example],
  [GetAiProvider, () => aiProviderEndpoints.get.answer.example],
  [PutAiProvider, () => aiProviderEndpoints.put.answer.example],
  [DeleteAiProvider, () => ({ name: 'openai', deleted: true })],
  [TestAiProvider, () => aiProviderEndpoints.test.answer.example],
  [ListAiModels, () => aiModelEndpoints.list.answer.example],
  ...CREDIT_ANSWERS,
];

/** A call of each of their endpoints, with the status of its answer. */
export const AI_CALLS: readonly [method: string, path: string, status: number, body?: string][] = [
  ['GET', '/v1/ai/providers?limit=5&starting_after=a', 200],
  ['GET', '/v1/ai/providers/openai', 200],
  ['PUT', '/v1/ai/providers/openai', 200, '{"type":"openai","api_key":"sk-correct-horse"}'],
  ['POST', '/v1/ai/providers/openai/test', 200, '{"model":"gpt-5.4"}'],
  ['POST', '/v1/ai/providers/openai/test', 200],
  ['DELETE', '/v1/ai/providers/openai', 204],
  ['GET', '/v1/ai/models?limit=5&starting_after=openai%2Fgpt-5.4', 200],
  ...CREDIT_CALLS,
];
