import { z } from 'zod';
import {
  AI_MODELS_DESCRIPTION,
  AI_PROVIDER_TYPES,
  aiProviderKeySchema,
  aiProviderShape,
  checkBaseUrl,
} from '../ai-providers.js';
import { LIMITS } from '../limits.js';
import { stepUsageSchema } from '../step-usage.js';
import { apiSchemas } from './api-schemas.js';
import { NOT_A_REFERENCE } from './given-secret.js';
import { settingDescription, settingShape } from './settings.js';

const { type } = aiProviderShape;
const byDefault = z.boolean().meta({
  description: 'Whether steps without a `model` ask this provider. Of an organisation one does at most.',
});

/** A provider of models, without its key: nothing returns that. */
export const aiProviderResourceSchema = z
  .object({
    ...settingShape,
    type,
    base_url: z.string().nullable().meta({ description: 'Where its API is; null for that of the type.' }),
    models: z.array(z.string()).meta({ description: AI_MODELS_DESCRIPTION }),
    aliases: z.record(z.string(), z.string()).meta({ description: 'Further names of models.' }),
    default: byDefault,
    has_key: z.boolean().meta({ description: 'Whether a key of its API is stored.' }),
  })
  .register(apiSchemas, { id: 'AiProvider' });
export type AiProviderResource = z.output<typeof aiProviderResourceSchema>;

const requestShape = {
  ...aiProviderShape,
  default: byDefault.default(false).meta({
    description: 'Steps without a `model` ask this provider, and no other of the organisation any more.',
  }),
  api_key: aiProviderKeySchema
    .refine(...NOT_A_REFERENCE)
    .nullable()
    .optional()
    .meta({
      description: `The key of its API, required for the types ${typesWithKey()}. Never returned. Without it, the one that there is stays, as long as type and address stay the same; null takes it away.`,
    }),
  description: settingDescription,
};

/** What {@link aiProviderBodySchema} has checked, as one service passes it to another. */
export const aiProviderRequestSchema = z.object(requestShape);
export type AiProviderRequest = z.output<typeof aiProviderRequestSchema>;

/** Body of PUT /v1/ai/providers/{provider_name}. */
export const aiProviderBodySchema = z
  .strictObject(requestShape)
  .superRefine(checkBaseUrl)
  .register(apiSchemas, { id: 'AiProviderRequest' });

const page = { next_cursor: z.string().nullable(), has_more: z.boolean() };

/** By name; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const aiProviderListSchema = z
  .object({ providers: z.array(aiProviderResourceSchema), ...page })
  .register(apiSchemas, { id: 'AiProviderList' });
export type AiProviderList = z.output<typeof aiProviderListSchema>;

const modelName = z.string().min(1).max(LIMITS.aiModelNameLength);

/** Body of POST /v1/ai/providers/{provider_name}/test. */
export const aiProviderTestBodySchema = z
  .strictObject({
    model: modelName.optional().meta({
      description:
        'The model that is asked; by default that of the provider. Required for one that lists none and whose type has no default.',
    }),
  })
  .register(apiSchemas, { id: 'AiProviderTestRequest' });

/** What a model said to the question of a test. */
export const aiProviderTestSchema = z
  .object({
    model: stepUsageSchema.shape.model,
    answer: z.string().meta({ description: 'The start of what it said.' }),
    input_tokens: stepUsageSchema.shape.input_tokens,
    output_tokens: stepUsageSchema.shape.output_tokens,
  })
  .register(apiSchemas, { id: 'AiProviderTest' });
export type AiProviderTest = z.output<typeof aiProviderTestSchema>;

const priceSchema = z.object({
  input: z.number().meta({ description: 'US dollars for a million tokens that are sent: credits for one.' }),
  output: z.number().meta({ description: 'The same for what comes back.' }),
  source: z.enum(['list', 'provider', 'default']).meta({
    description:
      '`list`: the list price. `provider`: what the operator has set. `default`: of a model of the installation whose price nobody has set.',
  }),
});
export type AiModelPrice = z.output<typeof priceSchema>;

/** A model that workflows may name. */
const aiModelSchema = z
  .object({
    name: z.string().meta({
      description:
        'What a workflow writes in `model`. `own/*` for a provider `own` that lists no models: any name behind the slash, and without `own/` where no other provider lists that name.',
    }),
    aliases: z.array(z.string()).meta({ description: 'Further names that lead to it.' }),
    model: z
      .string()
      .nullable()
      .meta({ description: 'Its name at the provider; null where the workflow names any of them.' }),
    provider: z.string().meta({ description: 'The name of the provider.' }),
    type,
    owner: z.enum(['organisation', 'installation']).meta({ description: 'Whose provider it is.' }),
    default: z.boolean().meta({ description: 'Whether it is the one that steps without a `model` ask.' }),
    price: priceSchema
      .nullable()
      .optional()
      .meta({ description: 'Null where nobody knows it. Models of the organisation itself are not charged.' }),
  })
  .register(apiSchemas, { id: 'AiModel' });
export type AiModelResource = z.output<typeof aiModelSchema>;

/** By name, as {@link aiProviderListSchema}. */
export const aiModelListSchema = z
  .object({ models: z.array(aiModelSchema), ...page })
  .register(apiSchemas, { id: 'AiModelList' });
export type AiModelList = z.output<typeof aiModelListSchema>;

/** `provider/model` at the longest. */
const LONGEST_NAME = LIMITS.aiModelNameLength + 65;

/** Query of GET /v1/ai/models. */
export const aiModelListQuery = z.object({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .min(1)
    .max(LONGEST_NAME)
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});

function typesWithKey(): string {
  const types = Object.entries(AI_PROVIDER_TYPES).flatMap(([name, { needsKey }]) => (needsKey ? [`\`${name}\``] : []));
  return `${types.slice(0, -1).join(', ')} and ${types.at(-1)}`;
}
