import { z } from 'zod';
import {
  organisationListSchema,
  organisationPatchSchema,
  organisationRequestSchema,
  organisationResourceSchema,
} from '../http/organisations.js';
import { tokenCreatedSchema, tokenRequestSchema } from '../http/tokens.js';
import { defineRequest } from '../message.js';
import { deletedId, ifVersion, page, scoped } from './question-parts.js';

/* Asked for the operator of the installation: the organisation is what is asked about, not who asks. */

/** A page of organisations, by id. */
export const ListOrganisations = defineRequest({
  subject: 'definitions.organisations.list',
  question: z.object(page),
  answer: organisationListSchema,
});

/** Makes an organisation; returns once it is published. */
export const CreateOrganisation = defineRequest({
  subject: 'definitions.organisations.create',
  question: z.object({ organisation: organisationRequestSchema }),
  answer: organisationResourceSchema,
});

/** Errors: ORGANISATION_NOT_FOUND. */
export const GetOrganisation = defineRequest({
  subject: 'definitions.organisations.get',
  question: scoped,
  answer: organisationResourceSchema,
});

/** Changes name, limits or suspension; returns once it is published. Errors: ORGANISATION_NOT_FOUND, VERSION_CONFLICT. */
export const UpdateOrganisation = defineRequest({
  subject: 'definitions.organisations.update',
  question: scoped.extend({
    patch: organisationPatchSchema,
    ...ifVersion,
  }),
  answer: organisationResourceSchema,
});

/** Errors: ORGANISATION_NOT_FOUND, ORGANISATION_NOT_SUSPENDED, TOKEN_FROM_SETTINGS, VERSION_CONFLICT. */
export const DeleteOrganisation = defineRequest({
  subject: 'definitions.organisations.delete',
  question: scoped.extend(ifVersion),
  answer: deletedId,
});

/** Makes a token of any scopes. Errors: ORGANISATION_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED. */
export const CreateOrganisationToken = defineRequest({
  subject: 'definitions.organisations.create-token',
  question: scoped.extend({ token: tokenRequestSchema }),
  answer: tokenCreatedSchema,
});
