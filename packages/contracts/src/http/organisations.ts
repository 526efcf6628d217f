import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

const nameSchema = z.string().min(1).max(LIMITS.organisationNameLength);

const rate = (description: string) => z.int().min(1).nullable().meta({ description });

/** How often an organisation may call; null is what the settings of the installation say. */
export const organisationLimitsSchema = z.strictObject({
  api_calls_per_hour: rate('Calls of the API in an hour; null for the default of the installation.'),
  executions_per_minute: rate('Executions started by the API in a minute; null for the default of the installation.'),
  webhook_calls_per_minute: rate('Webhook calls in a minute; null for the default of the installation.'),
});
export type OrganisationLimits = z.output<typeof organisationLimitsSchema>;

const credits = z
  .int()
  .min(0)
  .max(LIMITS.credits)
  .nullable()
  .meta({ description: 'Its balance: a million credits are a US dollar. Null: it may spend what it likes.' });

/** The body that makes an organisation. */
export const organisationRequestSchema = z
  .strictObject({
    name: nameSchema.meta({ description: 'As people recognise it.' }),
    limits: organisationLimitsSchema.partial().optional(),
    credits: credits.optional(),
    suspended: z.boolean().optional(),
  })
  .register(apiSchemas, { id: 'OrganisationRequest' });
export type OrganisationRequest = z.output<typeof organisationRequestSchema>;

/** The members of an organisation that change; of its limits, those that are named. */
export const organisationPatchSchema = z
  .strictObject({
    name: nameSchema.optional(),
    limits: organisationLimitsSchema.partial().optional(),
    credits: credits.optional(),
    suspended: z.boolean().optional(),
  })
  .register(apiSchemas, { id: 'OrganisationPatch' });
export type OrganisationPatch = z.output<typeof organisationPatchSchema>;

/** A tenant of the installation. Times are ISO 8601 in UTC. */
export const organisationResourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    limits: z.object(organisationLimitsSchema.shape),
    credits: z.number().int().nullable().optional().meta({ description: 'Its balance, in credits; null without one.' }),
    suspended: z.boolean().meta({
      description: 'Whether its calls, webhooks and starts are refused. What runs already goes on to its end.',
    }),
    version: z.number().int().meta({ description: 'More with each change; also in the `ETag`.' }),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .register(apiSchemas, { id: 'Organisation' });
export type OrganisationResource = z.output<typeof organisationResourceSchema>;

/** One page of organisations. */
export const organisationListSchema = z
  .object({
    organisations: z.array(organisationResourceSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'OrganisationList' });
export type OrganisationList = z.output<typeof organisationListSchema>;
