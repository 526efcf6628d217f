import { Controller, Inject } from '@nestjs/common';
import { CancelJob, GetJob, jobEndpoints, ListJobs, type JobList, type JobResource } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';

/** Passes calls about jobs on to `definitions`. */
@Controller()
export class JobsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(jobEndpoints.list)
  list({ caller, query, requestId }: Call<typeof jobEndpoints.list>): Promise<JobList> {
    return this.bus.request(ListJobs, { organisation_id: caller.organisationId, ...query }, { requestId });
  }

  @Endpoint(jobEndpoints.get)
  get({ caller, params, requestId }: Call<typeof jobEndpoints.get>): Promise<JobResource> {
    return this.bus.request(GetJob, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(jobEndpoints.cancel)
  cancel({ caller, params, asking }: Call<typeof jobEndpoints.cancel>): Promise<JobResource> {
    return this.bus.request(CancelJob, { organisation_id: caller.organisationId, ...params }, asking);
  }
}
