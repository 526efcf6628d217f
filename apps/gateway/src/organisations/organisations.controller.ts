import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  AddCredits,
  CreateOrganisation,
  CreateOrganisationToken,
  DeleteOrganisation,
  GetOrganisation,
  ListOrganisations,
  organisationEndpoints,
  UpdateOrganisation,
  type Credits,
  type OrganisationList,
  type OrganisationResource,
  type TokenCreated,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';

/** Passes the operator's calls about organisations on to `definitions`. */
@Controller()
export class OrganisationsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(organisationEndpoints.list)
  list({ query, requestId }: Call<typeof organisationEndpoints.list>): Promise<OrganisationList> {
    return this.bus.request(ListOrganisations, query, { requestId });
  }

  @Endpoint(organisationEndpoints.create)
  async create(
    { body, asking }: Call<typeof organisationEndpoints.create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OrganisationResource> {
    return tagged(await this.bus.request(CreateOrganisation, { organisation: body }, asking), response);
  }

  @Endpoint(organisationEndpoints.get)
  async get(
    { params, requestId }: Call<typeof organisationEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OrganisationResource> {
    return tagged(await this.bus.request(GetOrganisation, { ...params }, { requestId }), response);
  }

  @Endpoint(organisationEndpoints.update)
  async update(
    { params, body, asking }: Call<typeof organisationEndpoints.update>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OrganisationResource> {
    const question = { ...params, patch: body, ...versionOf(ifMatch) };
    return tagged(await this.bus.request(UpdateOrganisation, question, asking), response);
  }

  @Endpoint(organisationEndpoints.delete)
  async delete(
    { params, asking }: Call<typeof organisationEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.bus.request(DeleteOrganisation, { ...params, ...versionOf(ifMatch) }, asking);
  }

  @Endpoint(organisationEndpoints.addCredits)
  addCredits(call: Call<typeof organisationEndpoints.addCredits>): Promise<Credits> {
    const { params, body, asking, idempotencyKey } = call;
    // The key keeps its answer; what a gateway had asked for when it died, `definitions` knows by this.
    const named = idempotencyKey === undefined ? {} : { request_key: idempotencyKey.fingerprint() };
    return this.bus.request(AddCredits, { ...params, change: body, ...named }, asking);
  }

  @Endpoint(organisationEndpoints.createToken)
  async createToken(
    { params, body, asking }: Call<typeof organisationEndpoints.createToken>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenCreated> {
    return tagged(await this.bus.request(CreateOrganisationToken, { ...params, token: body }, asking), response);
  }
}
