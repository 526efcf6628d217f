import { Controller, Inject } from '@nestjs/common';
import {
  CancelExecution,
  PauseExecution,
  ResumeExecution,
  runControlEndpoints,
  type ExecutionResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** What becomes of executions; `history` writes it into their journals. */
@Controller()
export class RunControlController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(runControlEndpoints.cancel)
  cancel({ caller, params, body, asking }: Call<typeof runControlEndpoints.cancel>): Promise<ExecutionResource> {
    const asked = { organisation_id: caller.organisationId, ...params, by: caller.tokenId, reason: body.reason };
    return this.bus.request(CancelExecution, asked, asking);
  }

  @Endpoint(runControlEndpoints.pause)
  pause({ caller, params, body, asking }: Call<typeof runControlEndpoints.pause>): Promise<ExecutionResource> {
    const asked = { organisation_id: caller.organisationId, ...params, by: caller.tokenId, reason: body.reason };
    return this.bus.request(PauseExecution, asked, asking);
  }

  @Endpoint(runControlEndpoints.resume)
  resume({ caller, params, asking }: Call<typeof runControlEndpoints.resume>): Promise<ExecutionResource> {
    const asked = { organisation_id: caller.organisationId, ...params, by: caller.tokenId };
    return this.bus.request(ResumeExecution, asked, asking);
  }
}
