import { Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import {
  DeleteWorkflowDraft,
  GetWorkflowDraft,
  GetWorkflowDraftText,
  PublishWorkflowDraft,
  PutWorkflowDraft,
  workflowDraftEndpoints,
  type WorkflowDraft,
  type WorkflowResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';
import { prefersYaml, yamlAnswer } from '../http/yaml.js';
import { author, counted } from './workflow-questions.js';

/** Passes calls about the working copies of workflows on to `definitions`. */
@Controller()
export class WorkflowDraftsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(workflowDraftEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof workflowDraftEndpoints.get>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowDraft | string> {
    const question = { organisation_id: caller.organisationId, ...params };
    if (prefersYaml(request, response))
      return yamlAnswer(await this.bus.request(GetWorkflowDraftText, question, { requestId }), response);
    return tagged(await this.bus.request(GetWorkflowDraft, question, { requestId }), response);
  }

  @Endpoint(workflowDraftEndpoints.put)
  async put(
    { caller, params, body, yaml, asking }: Call<typeof workflowDraftEndpoints.put>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowDraft> {
    const draft = yaml === undefined ? body : { source: yaml };
    const question = { ...author(caller), ...params, ...draft, ...versionOf(ifMatch) };
    return tagged(await this.bus.request(PutWorkflowDraft, question, asking), response);
  }

  @Endpoint(workflowDraftEndpoints.publish)
  async publish(
    { caller, params, body, asking }: Call<typeof workflowDraftEndpoints.publish>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...author(caller), ...params, ...body, ...versionOf(ifMatch) };
    const workflow = this.bus.request(PublishWorkflowDraft, question, asking);
    return tagged(await counted(this.bus, caller, params.workflow_id, asking.requestId, workflow), response);
  }

  @Endpoint(workflowDraftEndpoints.delete)
  async delete(
    { caller, params, asking }: Call<typeof workflowDraftEndpoints.delete>,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const question = { organisation_id: caller.organisationId, ...params, ...versionOf(ifMatch) };
    await this.bus.request(DeleteWorkflowDraft, question, asking);
  }
}
