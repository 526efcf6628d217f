import { Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import {
  CountExecutions,
  CreateWorkflow,
  DeleteWorkflow,
  DuplicateWorkflow,
  GetWorkflow,
  ListWorkflows,
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
    const question = { organisation_id: caller.organisationId, document: body, token_id: caller.tokenId };
    const workflow = await this.bus.request(CreateWorkflow, question, { requestId });
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  @Endpoint(workflowEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof workflowEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const { workflow_id } = params;
    const [workflow, counts] = await Promise.all([
      this.bus.request(GetWorkflow, { organisation_id: caller.organisationId, workflow_id }, { requestId }),
      this.counts(caller, [workflow_id], requestId),
    ]);
    return tagged({ ...workflow, execution_count: counts[workflow_id] ?? 0 }, response);
  }

  /** The reference updates with a partial body, so PUT merges at the top level; PATCH is the same under its proper name. */
  @Endpoint(workflowEndpoints.put)
  async put(
    { caller, params, body, requestId }: Call<typeof workflowEndpoints.put | typeof workflowEndpoints.patch>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.changed(caller, { ...params, patch: body, ...versionOf(ifMatch) }, requestId, response);
  }

  @Endpoint(workflowEndpoints.patch)
  patch(
    call: Call<typeof workflowEndpoints.patch>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.put(call, ifMatch, response);
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
    const question = { organisation_id: caller.organisationId, ...params, token_id: caller.tokenId };
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
    const { organisationId: organisation_id, tokenId: token_id } = caller;
    const { workflow_id } = change;
    const [workflow, counts] = await Promise.all([
      this.bus.request(UpdateWorkflow, { organisation_id, token_id, ...change }, { requestId }),
      this.counts(caller, [workflow_id], requestId),
    ]);
    return tagged({ ...workflow, execution_count: counts[workflow_id] ?? 0 }, response);
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
