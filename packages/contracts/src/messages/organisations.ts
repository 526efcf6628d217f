import { z } from 'zod';
import {
  organisationListSchema,
  organisationPatchSchema,
  organisationRequestSchema,
  organisationResourceSchema,
} from '../http/organisations.js';
import { tokenCreatedSchema, tokenRequestSchema } from '../http/tokens.js';
import { defineRequest } from '../message.js';

/* Asked for the operator of the installation: the organisation is what is asked about, not who asks. */
const about = z.object({ organisation_id: z.string() });

/** A page of organisations, by id. */
export const ListOrganisations = defineRequest({
  subject: 'definitions.organisations.list',
  question: z.object({ limit: z.number().int().positive(), starting_after: z.string().optional() }),
  answer: organisationListSchema,
});

/** Makes an organisation; returns once it is published. */
export const CreateOrganisation = defineRequest({
  subject: 'definitions.organisations.create',
  question: z.object({ organisation: z.object(organisationRequestSchema.shape) }),
  answer: organisationResourceSchema,
});

/** Errors: ORGANISATION_NOT_FOUND. */
export const GetOrganisation = defineRequest({
  subject: 'definitions.organisations.get',
  question: about,
  answer: organisationResourceSchema,
});

/** Changes name, limits or suspension; returns once it is published. Errors: ORGANISATION_NOT_FOUND, VERSION_CONFLICT. */
export const UpdateOrganisation = defineRequest({
  subject: 'definitions.organisations.update',
  question: about.extend({
    patch: z.object(organisationPatchSchema.shape),
    if_version: z.number().int().optional(),
  }),
  answer: organisationResourceSchema,
});

/** Errors: ORGANISATION_NOT_FOUND, ORGANISATION_NOT_SUSPENDED, TOKEN_FROM_SETTINGS, VERSION_CONFLICT. */
export const DeleteOrganisation = defineRequest({
  subject: 'definitions.organisations.delete',
  question: about.extend({ if_version: z.number().int().optional() }),
  answer: z.object({ id: z.string(), deleted: z.literal(true) }),
});

/** Makes a token of any scopes. Errors: ORGANISATION_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED. */
export const CreateOrganisationToken = defineRequest({
  subject: 'definitions.organisations.create-token',
  question: about.extend({ token: z.object(tokenRequestSchema.shape) }),
  answer: tokenCreatedSchema,
});
