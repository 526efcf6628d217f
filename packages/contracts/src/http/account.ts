import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { tokenResourceSchema } from './tokens.js';

const organisationSchema = z.object({ id: z.string(), name: z.string() });

/** Whose token it is that a call was made with, as `definitions` knows it. */
export const tokenOwnerSchema = z.object({ organisation: organisationSchema, token: tokenResourceSchema });
export type TokenOwner = z.output<typeof tokenOwnerSchema>;

/** What a client asks first. */
export const accountSchema = z
  .object({
    ...tokenOwnerSchema.shape,
    limits: z.object({
      api_calls_per_hour: z.int(),
      executions_per_minute: z.int().meta({ description: 'Executions that are started by the API.' }),
    }),
    versions: z.object({ api: z.string() }),
  })
  .register(apiSchemas, { id: 'Account' });
export type Account = z.output<typeof accountSchema>;

const names = z.array(z.string());

/** What `definitions` says that this installation acts on. */
export const checkedNamesSchema = z.object({
  step_types: names.meta({ description: 'Types of steps that run; others are saved and fail.' }),
  trigger_types: names.meta({ description: 'Types of triggers that start executions; others are saved.' }),
  settings: names.meta({ description: 'Members of `settings` that have an effect.' }),
  ignored_step_fields: names.meta({ description: 'Fields of steps that have no effect.' }),
  secrets: names.meta({ description: "Names of the organisation's secrets." }),
  variables: names.meta({ description: "Names of the organisation's variables." }),
  env: names.meta({ description: 'Names that `{{env.NAME}}` can read: those that the installation has set.' }),
  mail_senders: names.meta({ description: "Names of the organisation's mail senders." }),
  workflows: z.array(z.object({ id: z.string(), name: z.string() })).meta({
    description: `The organisation's workflows, the newest ${LIMITS.capabilitiesWorkflows} of them.`,
  }),
  limits: z.object({
    workflows: z.int(),
    workflow_document_bytes: z.int(),
    input_bytes: z.int(),
    step_output_bytes: z.int(),
    execution_bytes: z.int(),
  }),
  public_url: z.string().meta({ description: 'Where the installation is reached; webhook addresses begin with it.' }),
});
export type CheckedNames = z.output<typeof checkedNamesSchema>;

/** What this installation acts on, for checks of a workflow before it is sent. */
export const capabilitiesSchema = z
  .object({
    ...checkedNamesSchema.shape,
    models: names.nullable().meta({
      description: `Names of models that steps may give, aliases included, ${LIMITS.capabilitiesModels} at most; \`own/*\` for any name behind \`own/\`. Null while no executor says.`,
    }),
  })
  .register(apiSchemas, { id: 'Capabilities' });
export type Capabilities = z.output<typeof capabilitiesSchema>;
