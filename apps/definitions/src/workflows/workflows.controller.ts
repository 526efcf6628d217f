import { Controller } from '@nestjs/common';
import {
  CreateWorkflow,
  DeleteWorkflow,
  DuplicateWorkflow,
  GetWorkflow,
  PatchWorkflow,
  RestoreWorkflow,
  UpdateWorkflow,
  ValidateWorkflow,
  type WorkflowResource,
  type WorkflowValidation,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { DocumentTexts } from './document-texts.js';
import { DocumentValidator } from './document-validator.js';
import { WorkflowRestorer } from './workflow-restorer.js';
import { WorkflowsService } from './workflows.service.js';

/** The questions about workflows that other services ask. */
@Controller()
export class WorkflowsController {
  constructor(
    private readonly workflows: WorkflowsService,
    private readonly validator: DocumentValidator,
    private readonly restorer: WorkflowRestorer,
    private readonly texts: DocumentTexts,
  ) {}

  @OnRequest(CreateWorkflow)
  async create(question: z.output<typeof CreateWorkflow.question>): Promise<WorkflowResource> {
    const { organisation_id: organisationId, token_id: tokenId } = question;
    const { document, ...text } = await this.texts.read(organisationId, question);
    return this.workflows.create(organisationId, document, { tokenId, ...text });
  }

  @OnRequest(GetWorkflow, { heavy: true })
  get(question: z.output<typeof GetWorkflow.question>): Promise<WorkflowResource> {
    return this.workflows.get(question.organisation_id, question.workflow_id);
  }

  @OnRequest(UpdateWorkflow)
  async update(question: z.output<typeof UpdateWorkflow.question>): Promise<WorkflowResource> {
    const { organisation_id: organisationId, workflow_id: workflowId, if_version: ifVersion } = question;
    const { patch, source, token_id: tokenId } = question;
    const { document, ...text } = await this.texts.read(organisationId, { document: patch, source });
    return this.workflows.update({ organisationId, workflowId, ifVersion }, document, { tokenId, ...text });
  }

  @OnRequest(PatchWorkflow)
  patch(question: z.output<typeof PatchWorkflow.question>): Promise<WorkflowResource> {
    const { organisation_id: organisationId, workflow_id: workflowId, if_version: ifVersion } = question;
    return this.workflows.patch({ organisationId, workflowId, ifVersion }, question.patch, {
      tokenId: question.token_id,
    });
  }

  @OnRequest(ValidateWorkflow)
  validate(question: z.output<typeof ValidateWorkflow.question>): Promise<WorkflowValidation> {
    return this.validator.validate(question.organisation_id, question);
  }

  @OnRequest(RestoreWorkflow)
  restore(question: z.output<typeof RestoreWorkflow.question>): Promise<WorkflowResource> {
    return this.restorer.restore(question.organisation_id, question.workflow_id);
  }

  @OnRequest(DuplicateWorkflow)
  duplicate(question: z.output<typeof DuplicateWorkflow.question>): Promise<WorkflowResource> {
    return this.workflows.duplicate(question.organisation_id, question.workflow_id, { tokenId: question.token_id });
  }

  @OnRequest(DeleteWorkflow)
  delete(question: z.output<typeof DeleteWorkflow.question>): Promise<{ id: string; deleted: true }> {
    const { organisation_id: organisationId, workflow_id: workflowId, if_version: ifVersion } = question;
    return this.workflows.delete({ organisationId, workflowId, ifVersion });
  }
}
