import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  DeleteSecret,
  DeleteVariable,
  ListSecrets,
  ListVariables,
  PutSecret,
  PutVariable,
  secretEndpoints,
  variableEndpoints,
  type SecretList,
  type SecretResource,
  type VariableList,
  type VariableResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';

/** Passes calls about secrets and variables on to `definitions`. */
@Controller()
export class SettingsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(secretEndpoints.list)
  listSecrets({ caller, query, requestId }: Call<typeof secretEndpoints.list>): Promise<SecretList> {
    return this.bus.request(ListSecrets, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(secretEndpoints.put)
  async putSecret(
    { caller, params, body, asking }: Call<typeof secretEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SecretResource> {
    const question = {
      organisation_id: caller.organisationId,
      name: params.secret_name,
      ...body,
      ...versionOf(ifMatch),
    };
    return tagged(await this.bus.request(PutSecret, question, asking), response);
  }

  @Endpoint(secretEndpoints.delete)
  async deleteSecret(
    { caller, params, asking }: Call<typeof secretEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, name: params.secret_name, ...versionOf(ifMatch) };
    await this.bus.request(DeleteSecret, question, asking);
  }

  @Endpoint(variableEndpoints.list)
  listVariables({ caller, query, requestId }: Call<typeof variableEndpoints.list>): Promise<VariableList> {
    return this.bus.request(ListVariables, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(variableEndpoints.put)
  async putVariable(
    { caller, params, body, asking }: Call<typeof variableEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<VariableResource> {
    const name = params.variable_name;
    const question = { organisation_id: caller.organisationId, name, ...body, ...versionOf(ifMatch) };
    return tagged(await this.bus.request(PutVariable, question, asking), response);
  }

  @Endpoint(variableEndpoints.delete)
  async deleteVariable(
    { caller, params, asking }: Call<typeof variableEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, name: params.variable_name, ...versionOf(ifMatch) };
    await this.bus.request(DeleteVariable, question, asking);
  }
}
