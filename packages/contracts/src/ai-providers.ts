import { hasUserInfo } from '@millrace/schema';
import { z } from 'zod';
import { LIMITS } from './limits.js';

interface AiProviderKind {
  /** Where its API is when nothing else is said; null when that must be said. */
  readonly baseUrl: string | null;
  readonly needsKey: boolean;
  /** The default of a provider that lists no models; null where the owner decides which there are. */
  readonly defaultModel: string | null;
}

/** The kinds of services that have models. */
export const AI_PROVIDER_TYPES = {
  openai: { baseUrl: 'https://api.openai.com/v1', needsKey: true, defaultModel: 'gpt-5.6' },
  anthropic: { baseUrl: 'https://api.anthropic.com/v1', needsKey: true, defaultModel: 'claude-sonnet-5' },
  azure: { baseUrl: null, needsKey: true, defaultModel: null },
  mistral: { baseUrl: 'https://api.mistral.ai/v1', needsKey: true, defaultModel: 'mistral-medium-latest' },
  ollama: { baseUrl: 'http://127.0.0.1:11434/v1', needsKey: false, defaultModel: null },
  openai_compatible: { baseUrl: null, needsKey: false, defaultModel: null },
} as const satisfies Record<string, AiProviderKind>;

/** A kind of such services. */
export type AiProviderType = keyof typeof AI_PROVIDER_TYPES;

/** The name of a provider of the installation: what is before the slash in `provider/model`. */
export const aiProviderNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'must be a small letter, then up to 63 small letters, digits, "_" and "-"');

const modelName = z.string().min(1).max(LIMITS.aiModelNameLength);

/** What `models` of a provider is. */
export const AI_MODELS_DESCRIPTION =
  'The models that workflows may name; the first one is its default. Without any, all names are passed on, and the default is that of its type, if that has one.';

/** The members of a provider that may be read again. */
export const aiProviderShape = {
  type: z.enum(Object.keys(AI_PROVIDER_TYPES) as AiProviderType[]).meta({
    description: 'Which API it speaks. For whatever is not named here: `openai_compatible`.',
  }),
  base_url: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://api.example.com/v1' })
    .max(LIMITS.aiBaseUrlLength)
    .refine((url) => !/[?#]/.test(url) && !hasUserInfo(url), 'must have no user, query or fragment')
    .transform((url) => url.replace(/(?<!\/)\/+$/, ''))
    .optional()
    .meta({
      description: 'Where its API is; by default that of the type. Required for `azure` and `openai_compatible`.',
    }),
  models: z.array(modelName).max(LIMITS.aiModelsPerProvider).default([]).meta({ description: AI_MODELS_DESCRIPTION }),
  aliases: z
    .record(modelName, modelName)
    .refine((aliases) => Object.keys(aliases).length <= LIMITS.aiModelsPerProvider, 'has too many members')
    .default({})
    .meta({ description: 'Further names of models: `{"gpt-4": "gpt-5.4"}`.' }),
  default: z.boolean().default(false).meta({
    description: 'Steps without a `model` use this provider; otherwise the first one.',
  }),
};

/** The key of a provider's API. Anything else could not be sent, and the error of an HTTP header with a line break quotes it. */
export const aiProviderKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/, 'must be 1 to 512 printable characters without spaces');

/** Refuses a provider of a type whose address is not known, when it has none of its own. */
export function checkBaseUrl(
  { type, base_url }: { readonly type: AiProviderType; readonly base_url?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (AI_PROVIDER_TYPES[type].baseUrl === null && base_url === undefined)
    context.addIssue({ code: 'custom', path: ['base_url'], message: requiredFor(type) });
}

/** What is said of a member that a provider of that type lacks. */
export function requiredFor(type: AiProviderType): string {
  return `is required for the type "${type}"`;
}

const price = z.number().min(0).max(LIMITS.aiPrice).multipleOf(0.001);

/** What a model costs, in US dollars for a million tokens, with up to three digits behind the point. */
export const aiPriceSchema = z.strictObject({
  input: price.meta({ description: 'Of what is sent.' }),
  output: price.meta({ description: 'Of what comes back.' }),
});

/** A provider as it is configured. */
export const aiProviderSchema = z
  .strictObject({
    ...aiProviderShape,
    prices: z.record(modelName, aiPriceSchema).optional().meta({
      description:
        'What its models cost, where that is not the list price: `{"own-model": {"input": 1, "output": 2.5}}`.',
    }),
    api_key: aiProviderKeySchema.optional().meta({ description: 'The key of its API. Never shown again.' }),
  })
  .superRefine((provider, context) => {
    checkBaseUrl(provider, context);
    if (AI_PROVIDER_TYPES[provider.type].needsKey && provider.api_key === undefined)
      context.addIssue({ code: 'custom', path: ['api_key'], message: requiredFor(provider.type) });
  });

/** See {@link aiProviderSchema}. */
export type AiProvider = z.output<typeof aiProviderSchema>;

/** Providers by their names, in the order in which a model is looked for. */
export const aiProvidersSchema = z.record(aiProviderNameSchema, aiProviderSchema);
