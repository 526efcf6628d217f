import { Controller, Inject, Res } from '@nestjs/common';
import {
  CountMatchingExecutions,
  executionEndpoints,
  GetExecution,
  ListExecutions,
  type ExecutionAccepted,
  type ExecutionCount,
  type ExecutionList,
  type ExecutionResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { markReplayed } from '../idempotency/replayed.js';
import { filterQuestion } from './filter-question.js';
import { ExecutionStarter } from './execution-starter.js';

/** Starting executions and reading them; `history` serves every read. */
@Controller()
export class ExecutionsController {
  constructor(
    private readonly starter: ExecutionStarter,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Endpoint(executionEndpoints.execute)
  async execute(
    { caller, params, body, requestId, idempotencyKey }: Call<typeof executionEndpoints.execute>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecutionAccepted> {
    const { input = {}, version, label } = body;
    const { organisationId } = caller;
    const asked = { organisationId, workflowId: params.workflow_id, version, input, label, requestId };
    const { accepted, repeated } = await this.starter.start(asked, idempotencyKey);
    if (repeated) markReplayed(response);
    return accepted;
  }

  @Endpoint(executionEndpoints.getOfWorkflow)
  getOfWorkflow(call: Call<typeof executionEndpoints.getOfWorkflow>): Promise<ExecutionResource> {
    return this.read(call);
  }

  @Endpoint(executionEndpoints.listOfWorkflow)
  listOfWorkflow(call: Call<typeof executionEndpoints.listOfWorkflow>): Promise<ExecutionList> {
    return this.list({ ...call, query: { ...call.query, workflow_id: call.params.workflow_id } });
  }

  // Before `get`: it has the same form, and routes are tried in this order.
  @Endpoint(executionEndpoints.count)
  count({ caller, query, requestId }: Call<typeof executionEndpoints.count>): Promise<ExecutionCount> {
    return this.bus.request(CountMatchingExecutions, filterQuestion(caller.organisationId, query), { requestId });
  }

  @Endpoint(executionEndpoints.get)
  get(call: Call<typeof executionEndpoints.get>): Promise<ExecutionResource> {
    return this.read(call);
  }

  @Endpoint(executionEndpoints.list)
  list({ caller, query, requestId }: Call<typeof executionEndpoints.list>): Promise<ExecutionList> {
    const { limit, starting_after, ...filters } = query;
    const question = { ...filterQuestion(caller.organisationId, filters), limit, starting_after };
    return this.bus.request(ListExecutions, question, { requestId });
  }

  private read({
    caller,
    params,
    query,
    requestId,
  }: Call<typeof executionEndpoints.get | typeof executionEndpoints.getOfWorkflow>): Promise<ExecutionResource> {
    const question = { organisation_id: caller.organisationId, ...params, steps: query.steps };
    return this.bus.request(GetExecution, question, { requestId });
  }
}
