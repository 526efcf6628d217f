import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  GetExecution,
  LIMITS,
  ListExecutions,
  type ExecutionAccepted,
  type ExecutionList,
  type ExecutionResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { Caller, NeedsScope, RequestId, type Principal } from '../auth/principal.js';
import { CountedAs } from '../rate-limits/rate-limit.guard.js';
import { JsonBody } from '../http/json-body.js';
import { parseBody } from '../http/parse.js';
import { executeBodySchema } from './execute.body.js';
import { ExecutionStarter } from './execution-starter.js';
import { ListExecutionsQuery } from './list-executions.query.js';

/** Starting executions and reading them; `history` answers every read. */
@Controller('v1')
export class ExecutionsController {
  constructor(
    private readonly starter: ExecutionStarter,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Post('workflows/:workflowId/execute')
  @HttpCode(202)
  @CountedAs('executions')
  @NeedsScope('executions:write')
  execute(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @JsonBody(LIMITS.apiBodyBytes) body: unknown,
    @RequestId() requestId: string,
  ): Promise<ExecutionAccepted> {
    const { input = {}, version } = parseBody(executeBodySchema, body);
    return this.starter.start({ organisationId: caller.organisationId, workflowId, version, input, requestId });
  }

  @Get('workflows/:workflowId/executions/:executionId')
  @NeedsScope('executions:read')
  getOfWorkflow(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @Param('executionId') executionId: string,
    @RequestId() requestId: string,
  ): Promise<ExecutionResource> {
    const question = { organisation_id: caller.organisationId, workflow_id: workflowId, execution_id: executionId };
    return this.bus.request(GetExecution, question, { requestId });
  }

  @Get('workflows/:workflowId/executions')
  @NeedsScope('executions:read')
  listOfWorkflow(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @Query() query: ListExecutionsQuery,
    @RequestId() requestId: string,
  ): Promise<ExecutionList> {
    return this.list(caller, { ...query, workflow_id: workflowId }, requestId);
  }

  @Get('executions/:executionId')
  @NeedsScope('executions:read')
  get(
    @Caller() caller: Principal,
    @Param('executionId') executionId: string,
    @RequestId() requestId: string,
  ): Promise<ExecutionResource> {
    return this.bus.request(
      GetExecution,
      { organisation_id: caller.organisationId, execution_id: executionId },
      { requestId },
    );
  }

  @Get('executions')
  @NeedsScope('executions:read')
  list(
    @Caller() caller: Principal,
    @Query() query: ListExecutionsQuery,
    @RequestId() requestId: string,
  ): Promise<ExecutionList> {
    const { limit, status, starting_after, workflow_id } = query;
    const question = { organisation_id: caller.organisationId, limit, status, starting_after, workflow_id };
    return this.bus.request(ListExecutions, question, { requestId });
  }
}
