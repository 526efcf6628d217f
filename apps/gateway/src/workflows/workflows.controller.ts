import { Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import {
  CreateWorkflow,
  DeleteWorkflow,
  GetWorkflow,
  GetWorkflowText,
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
import { prefersYaml, yamlAnswer } from '../http/yaml.js';
import { author, counted, listed, sentDocument } from './workflow-questions.js';

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
    const { deleted, ...wanted } = query;
    const question = {
      organisation_id: caller.organisationId,
      ...wanted,
      ...(deleted === 'true' ? { deleted: true } : {}),
    };
    const list = await this.bus.request(ListWorkflows, question, { requestId });
    const links = pageLinks(request.originalUrl, list);
    if (links) response.setHeader('Link', links);
    return listed(this.bus, { caller, requestId }, list);
  }

  @Endpoint(workflowEndpoints.create)
  async create(
    call: Call<typeof workflowEndpoints.create>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource | WorkflowValidation> {
    if (call.query.dry_run === 'true') {
      response.status(200);
      return this.#validated(call);
    }
    const question = { ...author(call.caller), ...sentDocument(call) };
    const workflow = await this.bus.request(CreateWorkflow, question, call.asking);
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  @Endpoint(workflowEndpoints.validate)
  validate(call: Call<typeof workflowEndpoints.validate>): Promise<WorkflowValidation> {
    return this.#validated(call);
  }

  @Endpoint(workflowEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof workflowEndpoints.get>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource | string> {
    const question = { organisation_id: caller.organisationId, ...params };
    if (prefersYaml(request, response))
      return yamlAnswer(await this.bus.request(GetWorkflowText, question, { requestId }), response);
    const workflow = this.bus.request(GetWorkflow, question, { requestId });
    return tagged(await counted(this.bus, caller, params.workflow_id, requestId, workflow), response);
  }

  /** The reference updates with a partial body: PUT merges at the top level. */
  @Endpoint(workflowEndpoints.put)
  async put(
    { caller, params, body, yaml, asking }: Call<typeof workflowEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const change = yaml === undefined ? { patch: body } : { source: yaml };
    return this.#changed(caller, { ...params, ...change, ...versionOf(ifMatch) }, asking, response);
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

  #validated(
    call: Call<typeof workflowEndpoints.create | typeof workflowEndpoints.validate>,
  ): Promise<WorkflowValidation> {
    const { caller, requestId } = call;
    const question = { organisation_id: caller.organisationId, ...sentDocument(call) };
    return this.bus.request(ValidateWorkflow, question, { requestId });
  }

  async #changed(
    caller: Principal,
    change: { workflow_id: string; patch?: unknown; source?: string; if_version?: number },
    asking: Asking,
    response: Response,
  ): Promise<WorkflowResource> {
    const workflow = this.bus.request(UpdateWorkflow, { ...author(caller), ...change }, asking);
    return tagged(await counted(this.bus, caller, change.workflow_id, asking.requestId, workflow), response);
  }
}
