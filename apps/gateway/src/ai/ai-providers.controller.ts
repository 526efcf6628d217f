import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  aiProviderEndpoints,
  DeleteAiProvider,
  GetAiProvider,
  LIMITS,
  ListAiProviders,
  PutAiProvider,
  TestAiProvider,
  type AiProviderList,
  type AiProviderResource,
  type AiProviderTest,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';

/** For the way to the executor and back, beside the time of the answer. */
const WAY_MS = 5_000;

/** Passes calls about providers of models on to `definitions`, and tests of them to an executor. */
@Controller()
export class AiProvidersController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(aiProviderEndpoints.list)
  list({ caller, query, requestId }: Call<typeof aiProviderEndpoints.list>): Promise<AiProviderList> {
    return this.bus.request(ListAiProviders, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(aiProviderEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof aiProviderEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AiProviderResource> {
    const question = { organisation_id: caller.organisationId, name: params.provider_name };
    return tagged(await this.bus.request(GetAiProvider, question, { requestId }), response);
  }

  @Endpoint(aiProviderEndpoints.put)
  async put(
    { caller, params, body, asking }: Call<typeof aiProviderEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AiProviderResource> {
    const named = { organisation_id: caller.organisationId, name: params.provider_name };
    const question = { ...named, provider: body, ...versionOf(ifMatch) };
    return tagged(await this.bus.request(PutAiProvider, question, asking), response);
  }

  @Endpoint(aiProviderEndpoints.delete)
  async delete(
    { caller, params, asking }: Call<typeof aiProviderEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const named = { organisation_id: caller.organisationId, name: params.provider_name };
    const question = { ...named, ...versionOf(ifMatch) };
    await this.bus.request(DeleteAiProvider, question, asking);
  }

  @Endpoint(aiProviderEndpoints.test)
  test({ caller, params, body, asking }: Call<typeof aiProviderEndpoints.test>): Promise<AiProviderTest> {
    const question = { organisation_id: caller.organisationId, name: params.provider_name, ...body };
    return this.bus.request(TestAiProvider, question, { ...asking, timeoutMs: LIMITS.aiTestMs + WAY_MS });
  }
}
