import type { AiProviderType } from '@millrace/contracts';

/** What a model costs, in US dollars for a million tokens: so in credits for a token. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** Of calls that send more tokens than `over`. */
  readonly long?: { readonly over: number; readonly input: number; readonly output: number };
}

/**
 * The list prices of the models, by the type of their provider. From `@pydantic/genai-prices` 0.1.8 (MIT), whose data are of 2026-09-22; without discounts for cached input.
 * Names come without the date of a release, which the look-up takes off.
 */
const LISTED = {
  openai: {
    'gpt-5.6': { input: 4, output: 20, long: { over: 271999, input: 8, output: 30 } },
    'gpt-5.5': { input: 5, output: 30, long: { over: 271999, input: 10, output: 45 } },
    'gpt-5.5-pro': { input: 30, output: 180, long: { over: 271999, input: 60, output: 270 } },
    'gpt-5.4': { input: 2.5, output: 15, long: { over: 271999, input: 5, output: 22.5 } },
    'gpt-5.4-mini': { input: 0.75, output: 4.5 },
    'gpt-5.4-nano': { input: 0.2, output: 1.25 },
    'gpt-5.4-pro': { input: 30, output: 180, long: { over: 271999, input: 60, output: 270 } },
    'gpt-5.3': { input: 1.75, output: 14 },
    'gpt-5.2': { input: 1.75, output: 14 },
    'gpt-5.2-pro': { input: 21, output: 168 },
    'gpt-5.1': { input: 1.25, output: 10 },
    'gpt-5': { input: 1.25, output: 10 },
    'gpt-5-mini': { input: 0.25, output: 2 },
    'gpt-5-nano': { input: 0.05, output: 0.4 },
    'gpt-5-pro': { input: 15, output: 120 },
    'gpt-4.1': { input: 2, output: 8 },
    'gpt-4.1-mini': { input: 0.4, output: 1.6 },
    'gpt-4.1-nano': { input: 0.1, output: 0.4 },
    'gpt-4o': { input: 2.5, output: 10 },
    'gpt-4o-mini': { input: 0.15, output: 0.6 },
    'gpt-4-turbo': { input: 10, output: 30 },
    'gpt-4': { input: 30, output: 60 },
    'gpt-3.5-turbo': { input: 0.5, output: 1.5 },
    o1: { input: 15, output: 60 },
    'o1-mini': { input: 1.1, output: 4.4 },
    'o1-pro': { input: 150, output: 600 },
    o3: { input: 2, output: 8 },
    'o3-mini': { input: 1.1, output: 4.4 },
    'o3-pro': { input: 20, output: 80 },
    'o4-mini': { input: 1.1, output: 4.4 },
  },
  anthropic: {
    'claude-opus-5-5': { input: 4, output: 20 },
    'claude-opus-5': { input: 5, output: 25 },
    'claude-sonnet-5': { input: 2, output: 10 },
    'claude-opus-4-8': { input: 5, output: 25 },
    'claude-opus-4-7': { input: 5, output: 25 },
    'claude-opus-4-6': { input: 5, output: 25 },
    'claude-opus-4-5': { input: 5, output: 25 },
    'claude-opus-4-1': { input: 15, output: 75 },
    'claude-opus-4-0': { input: 15, output: 75 },
    'claude-sonnet-4-6': { input: 3, output: 15 },
    'claude-sonnet-4-5': { input: 3, output: 15, long: { over: 200000, input: 6, output: 22.5 } },
    'claude-sonnet-4-0': { input: 3, output: 15 },
    'claude-haiku-4-5': { input: 1, output: 5 },
    'claude-3-7-sonnet': { input: 3, output: 15 },
    'claude-3-5-sonnet': { input: 3, output: 15 },
    'claude-3-5-haiku': { input: 0.8, output: 4 },
    'claude-3-opus': { input: 15, output: 75 },
    'claude-3-haiku': { input: 0.25, output: 1.25 },
  },
  mistral: {
    'mistral-large-latest': { input: 2, output: 6 },
    'mistral-medium-latest': { input: 1.5, output: 7.5 },
    'mistral-medium-3': { input: 1.5, output: 7.5 },
    'mistral-small-latest': { input: 0.1, output: 0.3 },
    'codestral-latest': { input: 0.3, output: 0.9 },
    'magistral-medium-latest': { input: 2, output: 5 },
    'magistral-small-latest': { input: 0.5, output: 1.5 },
    'devstral-small-latest': { input: 0.1, output: 0.3 },
    'ministral-8b-latest': { input: 0.15, output: 0.15 },
    'open-mistral-nemo': { input: 0.15, output: 0.15 },
    'pixtral-large-latest': { input: 2, output: 6 },
    'pixtral-12b': { input: 0.15, output: 0.15 },
  },
} as const satisfies Partial<Record<AiProviderType, Readonly<Record<string, ModelPrice>>>>;

/** When these prices were true. */
export const PRICES_AS_OF = '2026-09-22';

/** Tables by the type of a provider. Azure has OpenAI's models at OpenAI's prices; what runs on a machine of its owner's is free. */
export const PRICE_TABLES: Readonly<Partial<Record<AiProviderType, Readonly<Record<string, ModelPrice>>>>> = {
  ...LISTED,
  azure: LISTED.openai,
};
