import { Controller, Inject, Res } from '@nestjs/common';
import {
  BULK_STATUSES,
  bulkEndpoints,
  CreateJob,
  LIMITS,
  MatchExecutions,
  type JobAccepted,
  type BulkPlan,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { invalidInput } from '../validation/invalid-input.js';
import { filterQuestion } from './filter-question.js';

type Run = Call<typeof bulkEndpoints.run>;

/** Changes what becomes of many executions: `history` says which, and `definitions` keeps the job that deals with them. */
@Controller()
export class BulkController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(bulkEndpoints.run)
  async run(call: Run, @Res({ passthrough: true }) response: Response): Promise<JobAccepted | BulkPlan> {
    const { caller, asking, idempotencyKey } = call;
    const { action, filter, dry_run } = call.body;
    // Fixed here, so that what the job starts is not among what it is about.
    const items = await this.#matching(call);
    if (dry_run === true) {
      response.status(200);
      return { job_id: null, matched: items.length };
    }
    const parameters = { action, filter, requested_by: caller.tokenId };
    // The key keeps its answer; what the gateway had asked for when it died, `definitions` knows by this.
    const named = idempotencyKey === undefined ? {} : { request_key: idempotencyKey.fingerprint() };
    const question = { organisation_id: caller.organisationId, kind: 'bulk' as const, parameters, items, ...named };
    const { id: job_id, total: matched } = await this.bus.request(CreateJob, question, asking);
    response.setHeader('Location', `/v1/jobs/${job_id}`);
    return { job_id, matched };
  }

  /** Throws INVALID_INPUT for more than one job may be about. */
  async #matching({ caller, body, asking }: Run): Promise<string[]> {
    const { action, filter } = body;
    const most = LIMITS.bulkExecutions;
    const wanted = filter.status === undefined ? { ...filter, status: BULK_STATUSES[action].join(',') } : filter;
    const question = { ...filterQuestion(caller.organisationId, wanted), limit: most + 1 };
    const { execution_ids } = await this.bus.request(MatchExecutions, question, asking);
    if (execution_ids.length <= most) return execution_ids;
    const message = `more than ${most} executions match: narrow it with "from" and "to", "workflow_id", "status" or "error_code", and send one request for each part`;
    throw invalidInput([{ path: 'filter', message }], `filter: ${message}`);
  }
}
