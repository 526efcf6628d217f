import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';
import type { IdempotencyKey } from '../idempotency/idempotency-key.js';

/** Who calls: every question to another service is asked in the name of this organisation. */
export interface Principal {
  readonly organisationId: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
}

/** A request that the token guard let through. */
export interface AuthenticatedRequest extends IdentifiedRequest {
  principal?: Principal;
  /** Of a write that has one. */
  idempotencyKey?: IdempotencyKey;
}
