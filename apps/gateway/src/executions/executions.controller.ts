import { Controller, Inject } from '@nestjs/common';
import {
  executionEndpoints,
  GetExecution,
  ListExecutions,
  type ExecutionAccepted,
  type ExecutionList,
  type ExecutionResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { ExecutionStarter } from './execution-starter.js';

/** Starting executions and reading them; `history` serves every read. */
@Controller()
export class ExecutionsController {
  constructor(
    private readonly starter: ExecutionStarter,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Endpoint(executionEndpoints.execute)
  execute({ caller, params, body, requestId }: Call<typeof executionEndpoints.execute>): Promise<ExecutionAccepted> {
    const { input = {}, version } = body;
    const { organisationId } = caller;
    return this.starter.start({ organisationId, workflowId: params.workflow_id, version, input, requestId });
  }

  @Endpoint(executionEndpoints.getOfWorkflow)
  getOfWorkflow({
    caller,
    params,
    requestId,
  }: Call<typeof executionEndpoints.getOfWorkflow>): Promise<ExecutionResource> {
    return this.bus.request(GetExecution, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(executionEndpoints.listOfWorkflow)
  listOfWorkflow(call: Call<typeof executionEndpoints.listOfWorkflow>): Promise<ExecutionList> {
    return this.list({ ...call, query: { ...call.query, workflow_id: call.params.workflow_id } });
  }

  @Endpoint(executionEndpoints.get)
  get({ caller, params, requestId }: Call<typeof executionEndpoints.get>): Promise<ExecutionResource> {
    return this.bus.request(GetExecution, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(executionEndpoints.list)
  list({ caller, query, requestId }: Call<typeof executionEndpoints.list>): Promise<ExecutionList> {
    const { limit, status, starting_after, workflow_id } = query;
    const question = { organisation_id: caller.organisationId, limit, status, starting_after, workflow_id };
    return this.bus.request(ListExecutions, question, { requestId });
  }
}
