import { Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import {
  DiffWorkflowVersions,
  GetWorkflowText,
  GetWorkflowVersion,
  ListWorkflowVersions,
  RestoreWorkflowVersion,
  workflowVersionEndpoints,
  type WorkflowResource,
  type WorkflowVersion,
  type WorkflowVersionDiff,
  type WorkflowVersionList,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { Request, Response } from 'express';
import type { Principal } from '../auth/principal.js';
import { Endpoint, type Call } from '../http/endpoint.decorator.js';
import { versionOf } from '../http/if-match.js';
import { tagged } from '../http/entity-tag.js';
import { prefersYaml, yamlAnswer } from '../http/yaml.js';

/** Passes calls about versions of workflows on to `definitions`. */
@Controller()
export class WorkflowVersionsController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @Endpoint(workflowVersionEndpoints.list)
  list({ caller, params, query, requestId }: Call<typeof workflowVersionEndpoints.list>): Promise<WorkflowVersionList> {
    const { limit, starting_after } = query;
    const page = { limit, ...(starting_after === undefined ? {} : { before: Number(starting_after) }) };
    const question = { organisation_id: caller.organisationId, ...params, ...page };
    return this.bus.request(ListWorkflowVersions, question, { requestId });
  }

  @Endpoint(workflowVersionEndpoints.get)
  async get(
    { caller, params, requestId }: Call<typeof workflowVersionEndpoints.get>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowVersion | string> {
    const question = versionIn(caller, params);
    if (prefersYaml(request, response))
      return yamlAnswer(await this.bus.request(GetWorkflowText, question, { requestId }), response);
    return this.bus.request(GetWorkflowVersion, question, { requestId });
  }

  @Endpoint(workflowVersionEndpoints.diff)
  diff({ caller, params, query, requestId }: Call<typeof workflowVersionEndpoints.diff>): Promise<WorkflowVersionDiff> {
    const { against } = query;
    const question = { ...versionIn(caller, params), ...(against === undefined ? {} : { against }) };
    return this.bus.request(DiffWorkflowVersions, question, { requestId });
  }

  @Endpoint(workflowVersionEndpoints.restore)
  async restore(
    { caller, params, asking }: Call<typeof workflowVersionEndpoints.restore>,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkflowResource> {
    const question = { ...versionIn(caller, params), ...versionOf(ifMatch), token_id: caller.tokenId };
    return tagged(await this.bus.request(RestoreWorkflowVersion, question, asking), response);
  }
}

function versionIn(
  { organisationId: organisation_id }: Principal,
  { workflow_id, version }: { workflow_id: string; version: string },
): { organisation_id: string; workflow_id: string; version: number } {
  return { organisation_id, workflow_id, version: Number(version) };
}
