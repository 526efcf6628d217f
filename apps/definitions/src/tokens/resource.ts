import type { TokenResource } from '@millrace/contracts';
import { API_TOKEN_PREFIX } from '@millrace/service-kit/api-token';
import type { TokenRecord } from './token.schema.js';

/** A token as the API returns it. */
export function tokenResource(token: TokenRecord): TokenResource {
  const { created_at, updated_at, expires_at, last_used_at } = token;
  const made = token.origin === 'api';
  return {
    id: token._id,
    name: token.name,
    scopes: token.scopes,
    version: token.revision,
    prefix: made ? API_TOKEN_PREFIX : null,
    last_four: token.last_four ?? null,
    from_settings: !made,
    created_at: created_at.toISOString(),
    updated_at: (updated_at ?? created_at).toISOString(),
    expires_at: expires_at?.toISOString() ?? null,
    last_used_at: last_used_at?.toISOString() ?? null,
  };
}
