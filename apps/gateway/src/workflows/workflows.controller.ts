import {
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  AppError,
  CountExecutions,
  CreateWorkflow,
  DeleteWorkflow,
  GetWorkflow,
  LIMITS,
  ListWorkflows,
  shortened,
  UpdateWorkflow,
  type WorkflowList,
  type WorkflowResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { Caller, NeedsScope, RequestId, type Principal } from '../auth/principal.js';
import { JsonBody } from '../http/json-body.js';
import { pageLinks } from '../http/page-links.js';
import { ListWorkflowsQuery } from './list-workflows.query.js';

/** /v1/workflows: passes on to `definitions`, and adds what `history` knows. */
@Controller('v1/workflows')
export class WorkflowsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Get()
  @NeedsScope('workflows:read')
  async list(
    @Caller() caller: Principal,
    @Query() query: ListWorkflowsQuery,
    @RequestId() requestId: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowList> {
    const { page, per_page, status } = query;
    const question = { organisation_id: caller.organisationId, page, per_page, ...(status ? { status } : {}) };
    const list = await this.bus.request(ListWorkflows, question, { requestId });
    const links = pageLinks(request.originalUrl, list);
    if (links) response.setHeader('Link', links);
    const counts = await this.counts(
      caller,
      list.workflows.map((workflow) => workflow.id),
      requestId,
    );
    return {
      ...list,
      workflows: list.workflows.map((workflow) => ({ ...workflow, execution_count: counts[workflow.id] ?? 0 })),
    };
  }

  @Post()
  @NeedsScope('workflows:write')
  async create(
    @Caller() caller: Principal,
    @JsonBody(LIMITS.workflowBodyBytes) document: unknown,
    @RequestId() requestId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const workflow = await this.bus.request(
      CreateWorkflow,
      { organisation_id: caller.organisationId, document },
      { requestId },
    );
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  @Get(':workflowId')
  @NeedsScope('workflows:read')
  async get(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @RequestId() requestId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { organisation_id: caller.organisationId, workflow_id: workflowId };
    const [workflow, counts] = await Promise.all([
      this.bus.request(GetWorkflow, question, { requestId }),
      this.counts(caller, [workflowId], requestId),
    ]);
    return tagged({ ...workflow, execution_count: counts[workflowId] ?? 0 }, response);
  }

  /** The reference updates with a partial body, so PUT merges at the top level; PATCH is the same under its proper name. */
  @Put(':workflowId')
  @NeedsScope('workflows:write')
  async put(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @JsonBody(LIMITS.workflowBodyBytes) patch: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @RequestId() requestId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { organisation_id: caller.organisationId, workflow_id: workflowId, patch, ...versionOf(ifMatch) };
    const [workflow, counts] = await Promise.all([
      this.bus.request(UpdateWorkflow, question, { requestId }),
      this.counts(caller, [workflowId], requestId),
    ]);
    return tagged({ ...workflow, execution_count: counts[workflowId] ?? 0 }, response);
  }

  @Patch(':workflowId')
  @NeedsScope('workflows:write')
  patch(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @JsonBody(LIMITS.workflowBodyBytes) patch: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @RequestId() requestId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.put(caller, workflowId, patch, ifMatch, requestId, response);
  }

  @Delete(':workflowId')
  @HttpCode(204)
  @NeedsScope('workflows:write')
  async delete(
    @Caller() caller: Principal,
    @Param('workflowId') workflowId: string,
    @RequestId() requestId: string,
  ): Promise<void> {
    await this.bus.request(
      DeleteWorkflow,
      { organisation_id: caller.organisationId, workflow_id: workflowId },
      { requestId },
    );
  }

  /** Counts are an extra: without `history` the workflows are still answered, with 0. */
  private async counts(caller: Principal, workflowIds: string[], requestId: string): Promise<Record<string, number>> {
    if (workflowIds.length === 0) return {};
    try {
      const question = { organisation_id: caller.organisationId, workflow_ids: workflowIds };
      return (await this.bus.request(CountExecutions, question, { requestId, timeoutMs: 2_000 })).counts;
    } catch {
      return {};
    }
  }
}

/** The ETag is the version: what `If-Match` of the next change is held against. */
function tagged(workflow: WorkflowResource, response: Response): WorkflowResource {
  response.setHeader('ETag', `"${workflow.version}"`);
  return workflow;
}

function versionOf(ifMatch: string | undefined): { if_version?: number } {
  if (ifMatch === undefined || ifMatch.trim() === '*') return {};
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim());
  if (!match) {
    throw new AppError('INVALID_INPUT', {
      message: 'The If-Match header must be the ETag of the workflow as it was read, such as "3"',
      details: { issues: [{ path: 'If-Match', message: `got ${shortened(ifMatch)}` }] },
    });
  }
  return { if_version: Number(match[1]) };
}
