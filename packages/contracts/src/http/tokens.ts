import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { SCOPES } from './scopes.js';

const nameSchema = z.string().min(1).max(LIMITS.tokenNameLength);

/** What a token may be allowed to do; `*` is everything, also what later releases add. */
const scopesSchema = z
  .array(z.enum(['*', ...SCOPES]))
  .min(1)
  .max(LIMITS.tokenScopes)
  .meta({ description: 'What the token may do; `*` is everything. The caller must have each of them.' });

const expirySchema = z.iso
  .datetime({ offset: true })
  .meta({ description: 'When the token stops working; ISO 8601, in the future.' });

/** The body that makes a token. */
export const tokenRequestSchema = z
  .strictObject({
    name: nameSchema.meta({ description: 'What it is for, as people recognise it.' }),
    scopes: scopesSchema,
    expires_at: expirySchema.nullable().optional(),
  })
  .register(apiSchemas, { id: 'TokenRequest' });
export type TokenRequest = z.output<typeof tokenRequestSchema>;

/** The members of a token that change; `expires_at: null` takes the expiry away. */
export const tokenPatchSchema = z
  .strictObject({
    name: nameSchema.optional(),
    scopes: scopesSchema.optional(),
    expires_at: expirySchema.nullable().optional(),
  })
  .register(apiSchemas, { id: 'TokenPatch' });
export type TokenPatch = z.output<typeof tokenPatchSchema>;

/** A token without its text. Times are ISO 8601 in UTC. */
export const tokenResourceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    version: z.number().int().meta({ description: 'More with each change; also in the `ETag`.' }),
    prefix: z.string().nullable().meta({ description: 'How its text begins; null when it comes from the settings.' }),
    last_four: z.string().nullable().meta({ description: 'How its text ends; null when it comes from the settings.' }),
    from_settings: z.boolean().meta({
      description: 'Whether it comes from the settings of the installation, and can be changed only there.',
    }),
    created_at: z.string(),
    updated_at: z.string(),
    expires_at: z.string().nullable(),
    last_used_at: z
      .string()
      .nullable()
      .meta({ description: 'When it was used last, to about a minute; null when it never was.' }),
  })
  .register(apiSchemas, { id: 'Token' });
export type TokenResource = z.output<typeof tokenResourceSchema>;

/** A token with its text, which is shown this once. */
export const tokenCreatedSchema = z
  .object({
    ...tokenResourceSchema.shape,
    token: z.string().meta({ description: 'The text to send as `Authorization: Bearer`. It is never shown again.' }),
  })
  .register(apiSchemas, { id: 'TokenCreated' });
export type TokenCreated = z.output<typeof tokenCreatedSchema>;

/** One page of tokens. */
export const tokenListSchema = z
  .object({
    tokens: z.array(tokenResourceSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'TokenList' });
export type TokenList = z.output<typeof tokenListSchema>;
