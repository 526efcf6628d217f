import { Controller } from '@nestjs/common';
import {
  DiffWorkflowVersions,
  GetWorkflowText,
  GetWorkflowVersion,
  ListWorkflowVersions,
  RestoreWorkflowVersion,
  type WorkflowResource,
  type WorkflowVersion,
  type WorkflowVersionDiff,
  type WorkflowVersionList,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { WorkflowTexts } from './workflow-texts.js';
import { WorkflowVersionsService } from './workflow-versions.service.js';

/** The questions about versions of workflows that other services ask. */
@Controller()
export class WorkflowVersionsController {
  constructor(
    private readonly versions: WorkflowVersionsService,
    private readonly texts: WorkflowTexts,
  ) {}

  @OnRequest(ListWorkflowVersions)
  list(question: z.output<typeof ListWorkflowVersions.question>): Promise<WorkflowVersionList> {
    return this.versions.list(question.organisation_id, question.workflow_id, question);
  }

  @OnRequest(GetWorkflowVersion, { heavy: true })
  get(question: z.output<typeof GetWorkflowVersion.question>): Promise<WorkflowVersion> {
    return this.versions.get(question.organisation_id, question.workflow_id, question.version);
  }

  @OnRequest(GetWorkflowText, { heavy: true })
  text(question: z.output<typeof GetWorkflowText.question>): Promise<{ version: number; text: string }> {
    return this.texts.of(question.organisation_id, question.workflow_id, question.version);
  }

  @OnRequest(DiffWorkflowVersions, { heavy: true })
  diff(question: z.output<typeof DiffWorkflowVersions.question>): Promise<WorkflowVersionDiff> {
    return this.versions.diff(question.organisation_id, question.workflow_id, question);
  }

  @OnRequest(RestoreWorkflowVersion)
  restore(question: z.output<typeof RestoreWorkflowVersion.question>): Promise<WorkflowResource> {
    const { organisation_id: organisationId, workflow_id: workflowId, if_version: ifVersion } = question;
    return this.versions.restore({ organisationId, workflowId, ifVersion }, question.version, question.token_id);
  }
}
