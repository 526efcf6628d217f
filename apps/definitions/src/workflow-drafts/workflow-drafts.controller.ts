import { Controller } from '@nestjs/common';
import {
  DeleteWorkflowDraft,
  GetWorkflowDraft,
  GetWorkflowDraftText,
  PublishWorkflowDraft,
  PutWorkflowDraft,
  type WorkflowDraft,
  type WorkflowResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import type { ChangeTarget } from '../workflows/workflow-writer.js';
import { WorkflowDraftsService } from './workflow-drafts.service.js';

/** The questions about drafts that other services ask. */
@Controller()
export class WorkflowDraftsController {
  constructor(private readonly drafts: WorkflowDraftsService) {}

  @OnRequest(GetWorkflowDraft, { heavy: true })
  get(question: z.output<typeof GetWorkflowDraft.question>): Promise<WorkflowDraft> {
    return this.drafts.get(question.organisation_id, question.workflow_id);
  }

  @OnRequest(GetWorkflowDraftText, { heavy: true })
  text(question: z.output<typeof GetWorkflowDraftText.question>): Promise<{ version: number; text: string }> {
    return this.drafts.text(question.organisation_id, question.workflow_id);
  }

  @OnRequest(PutWorkflowDraft, { heavy: true })
  put(question: z.output<typeof PutWorkflowDraft.question>): Promise<WorkflowDraft> {
    return this.drafts.put(targetOf(question), question, question.token_id);
  }

  @OnRequest(DeleteWorkflowDraft)
  delete(question: z.output<typeof DeleteWorkflowDraft.question>): Promise<{ workflow_id: string; deleted: true }> {
    return this.drafts.delete(targetOf(question));
  }

  @OnRequest(PublishWorkflowDraft)
  publish(question: z.output<typeof PublishWorkflowDraft.question>): Promise<WorkflowResource> {
    const { note, activate, token_id: tokenId } = question;
    return this.drafts.publish(targetOf(question), { note, activate, tokenId });
  }
}

function targetOf(question: z.output<typeof DeleteWorkflowDraft.question>): ChangeTarget {
  const { organisation_id: organisationId, workflow_id: workflowId, if_version: ifVersion } = question;
  return { organisationId, workflowId, ifVersion };
}
