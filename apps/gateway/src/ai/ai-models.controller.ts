import { Controller, Inject } from '@nestjs/common';
import { aiModelEndpoints, ListAiModels, type AiModelList } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Passes calls about models on to an executor. */
@Controller()
export class AiModelsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(aiModelEndpoints.list)
  list({ caller, query, requestId }: Call<typeof aiModelEndpoints.list>): Promise<AiModelList> {
    return this.bus.request(ListAiModels, { organisation_id: caller.organisationId, ...query }, { requestId });
  }
}
