import { isIP } from 'node:net';
import { AUDIT_RESOURCES, type EndpointDeclaration } from '@millrace/contracts';
import type { Request } from 'express';
import type { AuthenticatedRequest } from '../auth/principal.js';

type Recorded = Exclude<NonNullable<EndpointDeclaration['audit']>, { readonly nothing: string }>;

/** A write, as the audit log has it before it is carried out. */
export interface RecordedWrite {
  /** Null when the operator makes an organisation. */
  readonly organisation_id: string | null;
  readonly actor: { readonly type: 'token' | 'operator'; readonly id: string | null };
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string | null };
  readonly address: string | null;
  readonly request_id: string;
}

/** What a call of the endpoint is recorded as; undefined for one that changes nothing. */
export function recordedBy(endpoint: EndpointDeclaration | undefined, request: Request): Recorded | undefined {
  const audit = endpoint?.audit;
  if (audit === undefined || 'nothing' in audit) return undefined;
  const isExcepted = Object.entries(audit.except ?? {}).some(([name, value]) => request.query[name] === value);
  return isExcepted ? undefined : audit;
}

/** The entry of a call that is about to be carried out. */
export function writeOf({ resource, action, made }: Recorded, request: AuthenticatedRequest & Request): RecordedWrite {
  const { params, principal, requestId } = request;
  const idIn = (names: readonly string[]): string => names.map((name) => String(params[name])).join('.');
  return {
    organisation_id: principal?.organisationId ?? organisationIn(params),
    actor: principal ? { type: 'token', id: principal.tokenId } : { type: 'operator', id: null },
    action,
    resource: { type: resource, id: made ? null : idIn(AUDIT_RESOURCES[resource]) },
    address: addressOf(request.ip),
    request_id: requestId ?? '',
  };
}

/** The operator's calls name the organisation that they are about. */
function organisationIn({ organisation_id }: Request['params']): string | null {
  return typeof organisation_id === 'string' ? organisation_id : null;
}

/** The address that Express found behind the trusted proxies; null for what a proxy passed on that is none. */
export function addressOf(ip: string | undefined): string | null {
  // An IPv4 client of a socket that takes both.
  const bare = ip?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(bare) === 0 ? null : bare;
}
