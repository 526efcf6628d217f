import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { API_TOKEN_FORM, AppError, LIMITS, TokenSnapshot, type TokenSnapshotValue } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { mayBeApiToken } from '@millrace/service-kit/api-token';
import { organisationOf } from '@millrace/service-kit/organisations';
import { tokenHash } from '@millrace/service-kit/token-hash';
import type { Response } from 'express';
import { isPublic } from './access.js';
import { endpointOf } from '../http/endpoint-metadata.js';
import { RefusedCallers } from '../rate-limits/refused-callers.js';
import { OperatorToken } from './operator-token.js';
import type { AuthenticatedRequest } from './principal.js';
import { TokenUses } from './token-uses.js';

/** How a token is looked for. A revocation arrives at once; should that get lost, it has its effect when the age is over. */
export const TOKEN_LOOKUP = { rememberMiss: true, maxAgeMs: LIMITS.tokenAgeMs } as const;

/** Every endpoint but those declared public needs `Authorization: Bearer …` with a live token. What it may do is checked later. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly refused: RefusedCallers,
    private readonly uses: TokenUses,
    private readonly operator: OperatorToken,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isPublic(endpointOf(context))) return true;

    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const token_hash = tokenHash(bearerToken(request.headers.authorization));
    if (this.operator.hasHash(token_hash)) return (request.isOperator = true);
    const known = await this.bus.snapshots.get(TokenSnapshot, { token_hash }, TOKEN_LOOKUP);
    if (!known || isExpired(known)) {
      // It has cost a look-up, and no organisation is there to be charged for it.
      this.refused.count(request, http.getResponse<Response>());
      throw known ? expiredToken() : unknownToken();
    }

    const { organisation_id: organisationId, token_id: tokenId, scopes, expires_at: expiresAt } = known;
    const organisation = await organisationOf(this.bus.snapshots, organisationId);
    request.principal = { organisationId, tokenId, scopes, expiresAt, organisation };
    this.uses.note(request.principal);
    return true;
  }
}

/** The token of a request. Throws UNAUTHORIZED. */
export function bearerToken(header: string | undefined): string {
  if (header === undefined) {
    throw new AppError('UNAUTHORIZED', {
      message: 'The Authorization header is missing; send "Authorization: Bearer YOUR_API_TOKEN"',
    });
  }
  const match = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header);
  if (!match?.[1])
    throw new AppError('UNAUTHORIZED', { message: 'The Authorization header must be "Bearer YOUR_API_TOKEN"' });
  // No token has another form or checksum, so there is nothing to look for.
  if (!API_TOKEN_FORM.test(match[1]) || !mayBeApiToken(match[1])) throw unknownToken();
  return match[1];
}

/** Whether a token's time is over. */
export function isExpired({ expires_at }: TokenSnapshotValue): boolean {
  return expires_at !== undefined && Date.parse(expires_at) <= Date.now();
}

function expiredToken(): AppError {
  return new AppError('UNAUTHORIZED', { message: 'The API token has expired; use one that is valid' });
}

function unknownToken(): AppError {
  return new AppError('UNAUTHORIZED', { message: 'The API token is not known or has been revoked' });
}
