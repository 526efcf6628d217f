import { Controller, Inject } from '@nestjs/common';
import { creditEndpoints, GetCredits, GetCreditUsage, type Credits, type CreditUsage } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Passes questions about credits on to `definitions`. */
@Controller()
export class CreditsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(creditEndpoints.get)
  get({ caller, query, requestId }: Call<typeof creditEndpoints.get>): Promise<Credits> {
    return this.bus.request(GetCredits, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(creditEndpoints.usage)
  usage({ caller, query, requestId }: Call<typeof creditEndpoints.usage>): Promise<CreditUsage> {
    return this.bus.request(GetCreditUsage, { organisation_id: caller.organisationId, ...query }, { requestId });
  }
}
