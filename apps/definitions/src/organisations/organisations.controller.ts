import { Controller } from '@nestjs/common';
import {
  AddCredits,
  CreateOrganisation,
  CreateOrganisationToken,
  DeleteOrganisation,
  GetOrganisation,
  ListOrganisations,
  UpdateOrganisation,
  type Credits,
  type OrganisationList,
  type OrganisationResource,
  type TokenCreated,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { OrganisationsService } from './organisations.service.js';

/** The questions about organisations that the gateway asks for the operator. */
@Controller()
export class OrganisationsController {
  constructor(private readonly organisations: OrganisationsService) {}

  @OnRequest(ListOrganisations)
  list(question: z.output<typeof ListOrganisations.question>): Promise<OrganisationList> {
    return this.organisations.list(question);
  }

  @OnRequest(CreateOrganisation)
  create({ organisation }: z.output<typeof CreateOrganisation.question>): Promise<OrganisationResource> {
    return this.organisations.create(organisation);
  }

  @OnRequest(GetOrganisation)
  get({ organisation_id }: z.output<typeof GetOrganisation.question>): Promise<OrganisationResource> {
    return this.organisations.get(organisation_id);
  }

  @OnRequest(UpdateOrganisation)
  update(question: z.output<typeof UpdateOrganisation.question>): Promise<OrganisationResource> {
    return this.organisations.update(question.organisation_id, question.patch, question.if_version);
  }

  @OnRequest(DeleteOrganisation)
  async delete({
    organisation_id: id,
    if_version,
  }: z.output<typeof DeleteOrganisation.question>): Promise<{ id: string; deleted: true }> {
    await this.organisations.delete(id, if_version);
    return { id, deleted: true };
  }

  @OnRequest(AddCredits)
  addCredits({ organisation_id, change, request_key }: z.output<typeof AddCredits.question>): Promise<Credits> {
    return this.organisations.addCredits(organisation_id, change, request_key);
  }

  @OnRequest(CreateOrganisationToken)
  createToken({ organisation_id, token }: z.output<typeof CreateOrganisationToken.question>): Promise<TokenCreated> {
    return this.organisations.createToken(organisation_id, token);
  }
}
