import { Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import {
  CountExecutions,
  CreateWorkflow,
  DeleteWorkflow,
  DuplicateWorkflow,
  GetWorkflow,
  ListWorkflows,
  PatchWorkflow,
  UpdateWorkflow,
  workflowEndpoints,
  workflowLifecycleEndpoints,
  type WorkflowList,
  type WorkflowResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { Principal } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';
import { pageLinks } from '../http/page-links.js';

/** Passes calls on to `definitions`, and adds the figures of `history`. */
@Controller()
export class WorkflowsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(workflowEndpoints.list)
  async list(
    { caller, query, requestId }: Call<typeof workflowEndpoints.list>,
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

  @Endpoint(workflowEndpoints.create)
  async create(
    { caller, body, requestId }: Call<typeof workflowEndpoints.create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...author(caller), document: body };
    const workflow = await this.bus.request(CreateWorkflow, question, { requestId });
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  @Endpoint(workflowEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof workflowEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { organisation_id: caller.organisationId, ...params };
    const workflow = this.bus.request(GetWorkflow, question, { requestId });
    return tagged(await this.counted(caller, params.workflow_id, requestId, workflow), response);
  }

  /** The reference updates with a partial body: PUT merges at the top level. */
  @Endpoint(workflowEndpoints.put)
  async put(
    { caller, params, body, requestId }: Call<typeof workflowEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.changed(caller, { ...params, patch: body, ...versionOf(ifMatch) }, requestId, response);
  }

  @Endpoint(workflowEndpoints.patch)
  async patch(
    { caller, params, body, requestId }: Call<typeof workflowEndpoints.patch>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...params, patch: body, ...versionOf(ifMatch), ...author(caller) };
    const workflow = this.bus.request(PatchWorkflow, question, { requestId });
    return tagged(await this.counted(caller, params.workflow_id, requestId, workflow), response);
  }

  @Endpoint(workflowEndpoints.delete)
  async delete({ caller, params, requestId }: Call<typeof workflowEndpoints.delete>): Promise<void> {
    await this.bus.request(DeleteWorkflow, { organisation_id: caller.organisationId, ...params }, { requestId });
  }

  @Endpoint(workflowLifecycleEndpoints.activate)
  activate(
    { caller, params, requestId }: Call<typeof workflowLifecycleEndpoints.activate>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const change = { ...params, patch: { status: 'active' }, ...versionOf(ifMatch) };
    return this.changed(caller, change, requestId, response);
  }

  @Endpoint(workflowLifecycleEndpoints.pause)
  pause(
    { caller, params, requestId }: Call<typeof workflowLifecycleEndpoints.pause>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const change = { ...params, patch: { status: 'paused' }, ...versionOf(ifMatch) };
    return this.changed(caller, change, requestId, response);
  }

  @Endpoint(workflowLifecycleEndpoints.duplicate)
  async duplicate(
    { caller, params, requestId }: Call<typeof workflowLifecycleEndpoints.duplicate>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...author(caller), ...params };
    const workflow = await this.bus.request(DuplicateWorkflow, question, { requestId });
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  private async changed(
    caller: Principal,
    change: { workflow_id: string; patch: unknown; if_version?: number },
    requestId: string,
    response: Response,
  ): Promise<WorkflowResource> {
    const workflow = this.bus.request(UpdateWorkflow, { ...author(caller), ...change }, { requestId });
    return tagged(await this.counted(caller, change.workflow_id, requestId, workflow), response);
  }

  /** A workflow with the number of its executions, both of which are asked for at once. */
  private async counted(
    caller: Principal,
    workflowId: string,
    requestId: string,
    asked: Promise<WorkflowResource>,
  ): Promise<WorkflowResource> {
    const [workflow, counts] = await Promise.all([asked, this.counts(caller, [workflowId], requestId)]);
    return { ...workflow, execution_count: counts[workflowId] ?? 0 };
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

/** Whose workflow a question is about, and who is written down as having changed it. */
function author({ organisationId, tokenId }: Principal): { organisation_id: string; token_id: string } {
  return { organisation_id: organisationId, token_id: tokenId };
}
