import { Controller, Headers, Inject, Res } from '@nestjs/common';
import {
  DuplicateWorkflow,
  RestoreWorkflow,
  UpdateWorkflow,
  workflowLifecycleEndpoints,
  type WorkflowResource,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Response } from 'express';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { tagged } from '../http/entity-tag.js';
import { versionOf } from '../http/if-match.js';
import { author, counted } from './workflow-questions.js';

/** Passes calls that switch workflows on and off, copy them and bring them back on to `definitions`. */
@Controller()
export class WorkflowLifecycleController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(workflowLifecycleEndpoints.activate)
  activate(
    call: Call<typeof workflowLifecycleEndpoints.activate>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.#switched(call, { status: 'active', ifMatch }, response);
  }

  @Endpoint(workflowLifecycleEndpoints.pause)
  pause(
    call: Call<typeof workflowLifecycleEndpoints.pause>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    return this.#switched(call, { status: 'paused', ifMatch }, response);
  }

  @Endpoint(workflowLifecycleEndpoints.duplicate)
  async duplicate(
    { caller, params, asking }: Call<typeof workflowLifecycleEndpoints.duplicate>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const workflow = await this.bus.request(DuplicateWorkflow, { ...author(caller), ...params }, asking);
    response.setHeader('Location', `/v1/workflows/${workflow.id}`);
    return tagged(workflow, response);
  }

  @Endpoint(workflowLifecycleEndpoints.restore)
  async restore(
    { caller, params, asking }: Call<typeof workflowLifecycleEndpoints.restore>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const workflow = this.bus.request(RestoreWorkflow, { ...author(caller), ...params }, asking);
    return tagged(await counted(this.bus, caller, params.workflow_id, asking.requestId, workflow), response);
  }

  async #switched(
    {
      caller,
      params,
      asking,
    }: Call<typeof workflowLifecycleEndpoints.activate | typeof workflowLifecycleEndpoints.pause>,
    { status, ifMatch }: { status: 'active' | 'paused'; ifMatch: string | undefined },
    response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...author(caller), ...params, patch: { status }, ...versionOf(ifMatch) };
    const workflow = this.bus.request(UpdateWorkflow, question, asking);
    return tagged(await counted(this.bus, caller, params.workflow_id, asking.requestId, workflow), response);
  }
}
