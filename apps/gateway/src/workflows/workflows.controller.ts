import { Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import {
  CreateWorkflow,
  DeleteWorkflow,
  GetWorkflow,
  ListWorkflows,
  PatchWorkflow,
  UpdateWorkflow,
  ValidateWorkflow,
  workflowEndpoints,
  type WorkflowList,
  type WorkflowResource,
  type WorkflowValidation,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { Principal } from '../auth/principal.js';
import { Endpoint, type Asking, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';
import { pageLinks } from '../http/page-links.js';
import { author, counted, executionCounts } from './workflow-questions.js';

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
    const counts = await executionCounts(
      this.bus,
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
    { caller, body, query, asking }: Call<typeof workflowEndpoints.create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource | WorkflowValidation> {
    if (query.dry_run === 'true') {
      response.status(200);
      return this.validated(caller, body, asking.requestId);
    }
    const workflow = await this.bus.request(CreateWorkflow, { ...author(caller), document: body }, asking);
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  @Endpoint(workflowEndpoints.validate)
  validate({ caller, body, requestId }: Call<typeof workflowEndpoints.validate>): Promise<WorkflowValidation> {
    return this.validated(caller, body, requestId);
  }

  @Endpoint(workflowEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof workflowEndpoints.get>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { organisation_id: caller.organisationId, ...params };
    const workflow = this.bus.request(GetWorkflow, question, { requestId });
    return tagged(await counted(this.bus, caller, params.workflow_id, requestId, workflow), response);
  }

  /** The reference updates with a partial body: PUT merges at the top level. */
  @Endpoint(workflowEndpoints.put)
  async put(
    { caller, params, body, asking }: Call<typeof workflowEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.changed(caller, { ...params, patch: body, ...versionOf(ifMatch) }, asking, response);
  }

  @Endpoint(workflowEndpoints.patch)
  async patch(
    { caller, params, body, asking }: Call<typeof workflowEndpoints.patch>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...params, patch: body, ...versionOf(ifMatch), ...author(caller) };
    const workflow = this.bus.request(PatchWorkflow, question, asking);
    return tagged(await counted(this.bus, caller, params.workflow_id, asking.requestId, workflow), response);
  }

  @Endpoint(workflowEndpoints.delete)
  async delete(
    { caller, params, asking }: Call<typeof workflowEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, ...versionOf(ifMatch) };
    await this.bus.request(DeleteWorkflow, question, asking);
  }

  private validated(caller: Principal, document: unknown, requestId: string): Promise<WorkflowValidation> {
    return this.bus.request(ValidateWorkflow, { organisation_id: caller.organisationId, document }, { requestId });
  }

  private async changed(
    caller: Principal,
    change: { workflow_id: string; patch: unknown; if_version?: number },
    asking: Asking,
    response: Response,
  ): Promise<WorkflowResource> {
    const workflow = this.bus.request(UpdateWorkflow, { ...author(caller), ...change }, asking);
    return tagged(await counted(this.bus, caller, change.workflow_id, asking.requestId, workflow), response);
  }
}
