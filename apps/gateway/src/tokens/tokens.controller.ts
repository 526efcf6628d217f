import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  CreateToken,
  ListTokens,
  RevokeToken,
  tokenEndpoints,
  UpdateToken,
  type TokenCreated,
  type TokenList,
  type TokenResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import type { Principal } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';

/** Passes calls about API tokens on to `definitions`. */
@Controller()
export class TokensController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(tokenEndpoints.list)
  list({ caller, query, requestId }: Call<typeof tokenEndpoints.list>): Promise<TokenList> {
    const { limit, starting_after } = query;
    const page = { limit, ...(starting_after === undefined ? {} : { starting_after }) };
    return this.bus.request(ListTokens, { organisation_id: caller.organisationId, ...page }, { requestId });
  }

  @Endpoint(tokenEndpoints.create)
  async create(
    { caller, body, asking }: Call<typeof tokenEndpoints.create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenCreated> {
    const question = { ...grantingBy(caller), token: body };
    return tagged(await this.bus.request(CreateToken, question, asking), response);
  }

  @Endpoint(tokenEndpoints.update)
  async update(
    { caller, params, body, asking }: Call<typeof tokenEndpoints.update>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenResource> {
    const question = { ...grantingBy(caller), ...params, patch: body, ...versionOf(ifMatch) };
    return tagged(await this.bus.request(UpdateToken, question, asking), response);
  }

  @Endpoint(tokenEndpoints.delete)
  async delete(
    { caller, params, asking }: Call<typeof tokenEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, ...versionOf(ifMatch) };
    await this.bus.request(RevokeToken, question, asking);
  }
}

/** What a call may hand out, by its token. */
function grantingBy({ organisationId, scopes, expiresAt }: Principal) {
  return {
    organisation_id: organisationId,
    caller_scopes: [...scopes],
    ...(expiresAt === undefined ? {} : { caller_expires_at: expiresAt }),
  };
}
