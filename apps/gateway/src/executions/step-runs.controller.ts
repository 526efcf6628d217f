import { Controller, Inject } from '@nestjs/common';
import {
  GetLoopSummary,
  GetStepRun,
  ListStepRuns,
  ReadJournal,
  stepRunEndpoints,
  stepStatusSchema,
  type JournalPage,
  type LoopSummary,
  type StepRunDetail,
  type StepRunList,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { invalidInput } from '../validation/invalid-input.js';
import { statusesOf } from './statuses.js';

/** What happened inside of an execution; `history` reads it. */
@Controller()
export class StepRunsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(stepRunEndpoints.list)
  list({ caller, params, query, requestId }: Call<typeof stepRunEndpoints.list>): Promise<StepRunList> {
    const { status, ...page } = query;
    if (page.from_index !== undefined && page.parent === undefined)
      throw invalidInput(
        [{ path: 'from_index', message: 'from_index needs parent: iterations are numbered by loop' }],
        'The query parameters are not valid',
      );
    const statuses = statusesOf(stepStatusSchema, status);
    const question = { organisation_id: caller.organisationId, ...params, ...page, statuses };
    return this.bus.request(ListStepRuns, question, { requestId });
  }

  @Endpoint(stepRunEndpoints.get)
  get({ caller, params, requestId }: Call<typeof stepRunEndpoints.get>): Promise<StepRunDetail> {
    return this.bus.request(GetStepRun, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(stepRunEndpoints.loop)
  loop({ caller, params, requestId }: Call<typeof stepRunEndpoints.loop>): Promise<LoopSummary> {
    return this.bus.request(GetLoopSummary, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(stepRunEndpoints.journal)
  journal({ caller, params, query, requestId }: Call<typeof stepRunEndpoints.journal>): Promise<JournalPage> {
    return this.bus.request(
      ReadJournal,
      { organisation_id: caller.organisationId, ...params, ...query },
      { requestId },
    );
  }
}
