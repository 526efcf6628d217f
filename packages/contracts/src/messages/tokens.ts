import { z } from 'zod';
import { checkedNamesSchema, tokenOwnerSchema } from '../http/account.js';
import {
  tokenCreatedSchema,
  tokenListSchema,
  tokenPatchSchema,
  tokenRequestSchema,
  tokenResourceSchema,
} from '../http/tokens.js';
import { defineRequest } from '../message.js';
import { page, scoped } from './question-parts.js';

/**
 * Of the token that the call was made with: nobody hands out what it does not have, nor for longer. `caller_expires_at` is ISO 8601, absent for
 * a token that does not expire; unknown to the release before.
 */
const granting = scoped.extend({ caller_scopes: z.array(z.string()), caller_expires_at: z.string().optional() });

/** A page of the organisation's live tokens, newest first. */
export const ListTokens = defineRequest({
  subject: 'definitions.tokens.list',
  question: scoped.extend(page),
  answer: tokenListSchema,
});

/** Makes a token and returns its text, this once; it is published by then. Errors: FORBIDDEN, INVALID_INPUT, QUOTA_EXCEEDED. */
export const CreateToken = defineRequest({
  subject: 'definitions.tokens.create',
  question: granting.extend({ token: tokenRequestSchema }),
  answer: tokenCreatedSchema,
});

/**
 * Changes name, scopes or expiry. `if_version` guards concurrent edits. Errors: TOKEN_NOT_FOUND, TOKEN_FROM_SETTINGS, FORBIDDEN,
 * INVALID_INPUT, VERSION_CONFLICT.
 */
export const UpdateToken = defineRequest({
  subject: 'definitions.tokens.update',
  question: granting.extend({
    token_id: z.string(),
    patch: tokenPatchSchema,
    if_version: z.number().int().optional(),
  }),
  answer: tokenResourceSchema,
});

/** Revokes a token; no gateway takes it any more. Errors: TOKEN_NOT_FOUND, TOKEN_FROM_SETTINGS, VERSION_CONFLICT. */
export const RevokeToken = defineRequest({
  subject: 'definitions.tokens.revoke',
  question: scoped.extend({ token_id: z.string(), if_version: z.number().int().optional() }),
  answer: z.object({ id: z.string(), revoked: z.literal(true) }),
});

/** Reports when tokens, of any organisations, were used last. Repeating it does no harm. */
export const RecordTokenUses = defineRequest({
  subject: 'definitions.tokens.record-uses',
  question: z.object({
    uses: z.array(scoped.extend({ token_id: z.string(), used_at: z.string() })),
  }),
  answer: z.object({ recorded: z.number().int() }),
});

/** The organisation and the token that a call was made with. Errors: TOKEN_NOT_FOUND when it was revoked meanwhile. */
export const GetTokenOwner = defineRequest({
  subject: 'definitions.tokens.owner',
  question: scoped.extend({ token_id: z.string() }),
  answer: tokenOwnerSchema,
});

/** What the installation acts on for an organisation. */
export const GetCapabilities = defineRequest({
  subject: 'definitions.capabilities.get',
  question: scoped,
  answer: checkedNamesSchema,
});
