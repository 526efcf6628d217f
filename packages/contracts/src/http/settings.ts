import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { SETTING_NAME } from '../ids.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

/** The description of whatever an organisation stores by name. */
export const settingDescription = z
  .string()
  .max(LIMITS.settingDescriptionCharacters)
  .optional()
  .meta({ description: 'For people. Without it, the one that there is stays.' });

/** What all that an organisation stores by name has in common. Times are ISO 8601 in UTC. */
export const settingShape = {
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  version: z.number().int().meta({ description: 'One more with each change; also in the `ETag`.' }),
  created_at: z.string(),
  updated_at: z.string(),
};

const workflowUse = z.object({ id: z.string(), name: z.string() });

/** A secret, without its value: nothing returns that. */
export const secretResourceSchema = z
  .object({
    ...settingShape,
    masked: z.boolean().meta({
      description: `Whether its value is masked where it turns up: it is when it has ${LIMITS.maskedCharacters} characters or more.`,
    }),
    last_used_at: z.string().nullable().meta({
      description:
        'When an execution of a workflow that names it last began or went on, or a webhook call was last checked with it; to about a minute.',
    }),
    used_by: z.array(workflowUse).meta({
      description: `The workflows whose present version names it, at most ${LIMITS.pageSize}.`,
    }),
  })
  .register(apiSchemas, { id: 'Secret' });
export type SecretResource = z.output<typeof secretResourceSchema>;

/** Body of PUT /v1/secrets/{secret_name}. */
export const secretBodySchema = z
  .strictObject({
    value: z
      .string()
      .min(1)
      .refine((value) => utf8ToBytes(value).length <= LIMITS.secretBytes, {
        error: `must have at most ${LIMITS.secretBytes} bytes`,
      })
      .meta({ description: `The value, at most ${LIMITS.secretBytes} bytes. It is never returned.` }),
    description: settingDescription,
  })
  .register(apiSchemas, { id: 'SecretRequest' });

/** A variable of the organisation. */
export const variableResourceSchema = z
  .object({ ...settingShape, value: z.unknown().meta({ description: 'Any JSON value.' }) })
  .register(apiSchemas, { id: 'Variable' });
export type VariableResource = z.output<typeof variableResourceSchema>;

/** Body of PUT /v1/variables/{variable_name}. */
export const variableBodySchema = z
  .strictObject({
    value: z.unknown().meta({ description: `Any JSON value, at most ${LIMITS.variableBytes} bytes as text.` }),
    description: settingDescription,
  })
  .register(apiSchemas, { id: 'VariableRequest' });

const page = { next_cursor: z.string().nullable(), has_more: z.boolean() };

/** By name; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const secretListSchema = z
  .object({ secrets: z.array(secretResourceSchema), ...page })
  .register(apiSchemas, { id: 'SecretList' });
export type SecretList = z.output<typeof secretListSchema>;

/** As {@link secretListSchema}. */
export const variableListSchema = z
  .object({ variables: z.array(variableResourceSchema), ...page })
  .register(apiSchemas, { id: 'VariableList' });
export type VariableList = z.output<typeof variableListSchema>;

/** The query of lists by name. */
export const settingListQuery = z.object({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .regex(SETTING_NAME, 'starting_after must be a name, the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});
