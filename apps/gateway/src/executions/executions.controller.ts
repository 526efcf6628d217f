import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  CountMatchingExecutions,
  executionEndpoints,
  GetExecution,
  ListExecutions,
  workflowEndpoints,
  type ExecutionAccepted,
  type ExecutionCount,
  type ExecutionList,
  type ExecutionResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { requireScope } from '../auth/access.js';
import type { AuthenticatedRequest } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { filterQuestion } from './filter-question.js';
import { ExecutionStarter, type AskedStart } from './execution-starter.js';
import { StartAnswers } from './start-answers.js';

/** Starting executions and reading them; `history` serves every read. */
@Controller()
export class ExecutionsController {
  constructor(
    private readonly starter: ExecutionStarter,
    private readonly answers: StartAnswers,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Endpoint(executionEndpoints.execute)
  execute(
    call: Call<typeof executionEndpoints.execute>,
    @Req() request: AuthenticatedRequest & Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExecutionAccepted | ExecutionResource | string> {
    return this.answers.answer(call, { request, response }, async (awaited, chosen) => {
      const outcome = await this.starter.start({ ...askedBy(call), awaited }, call.idempotencyKey, chosen);
      // Nest keeps what a handler was called with until it has returned.
      delete call.body.input;
      return outcome;
    });
  }

  @Endpoint(executionEndpoints.getOfWorkflow)
  getOfWorkflow(call: Call<typeof executionEndpoints.getOfWorkflow>): Promise<ExecutionResource> {
    return this.#read(call);
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
    return this.#read(call);
  }

  @Endpoint(executionEndpoints.list)
  list({ caller, query, requestId }: Call<typeof executionEndpoints.list>): Promise<ExecutionList> {
    const { limit, starting_after, ...filters } = query;
    const question = { ...filterQuestion(caller.organisationId, filters), limit, starting_after };
    return this.bus.request(ListExecutions, question, { requestId });
  }

  #read({
    caller,
    params,
    query,
    requestId,
  }: Call<typeof executionEndpoints.get | typeof executionEndpoints.getOfWorkflow>): Promise<ExecutionResource> {
    const question = { organisation_id: caller.organisationId, ...params, steps: query.steps };
    return this.bus.request(GetExecution, question, { requestId });
  }
}

function askedBy({
  caller,
  params,
  body,
  requestId,
}: Call<typeof executionEndpoints.execute>): Omit<AskedStart, 'awaited'> {
  const { organisationId } = caller;
  const { version, label, test } = body;
  const input = body.input === undefined && test?.from === undefined ? {} : body.input;
  // Who chooses which steps run, and what they read, chooses where secrets go and passes approvals by, as only writers of workflows can.
  if (test !== undefined) requireScope(caller, workflowEndpoints.create);
  return { organisationId, workflowId: params.workflow_id, version, input, label, requestId, test };
}
