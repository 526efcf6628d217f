import type { OrganisationSnapshotValue } from '@millrace/contracts';
import type { KeyedWrite } from '@millrace/messaging';
import type { IdentifiedRequest } from '@millrace/service-kit/http-errors';
import type { IdempotencyKey } from '../idempotency/idempotency-key.js';

/** Who calls: every question to another service is asked in the name of this organisation. */
export interface Principal {
  readonly organisationId: string;
  readonly tokenId: string;
  readonly scopes: readonly string[];
  /** When the token expires, ISO 8601; absent for one that does not. */
  readonly expiresAt?: string | undefined;
  /** What is published of the organisation; null when it has nothing of its own. */
  readonly organisation: OrganisationSnapshotValue | null;
}

/** A request that the token guard let through. */
export interface AuthenticatedRequest extends IdentifiedRequest {
  principal?: Principal;
  /** The organisation whose webhook is called, by whomever: it pays for what its workflow responds. */
  calledOrganisationId?: string;
  /** Of a write that has one. */
  idempotencyKey?: IdempotencyKey;
  /** The same where the answer is kept under it. */
  keyedWrite?: IdempotencyKey;
  /** Takes that key, and returns with what owners are asked. Called once the request has been read and checked; throws what the answer is instead of carrying it out. */
  takeKey?: () => Promise<KeyedWrite>;
  /** Records that the write is about to be carried out, and returns the id of its entry. As above; throws SERVICE_UNAVAILABLE. */
  beginAuditEntry?: () => Promise<string>;
  /** Gives back the room of a body before the answer is sent. To be called when nothing that was made of the body is kept. */
  releaseBody?: () => void;
  /** Under what it is remembered that a stranger's body, large or compressed, has used one of the few places of who pays for it. */
  placeTakenBy?: string;
  /** Called with the token of the operator, who is in no organisation. */
  isOperator?: true;
}
