import { Controller } from '@nestjs/common';
import { ListWorkflows, RecordWorkflowRuns, type ListedWorkflows } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { WorkflowListsRepository } from './workflow-lists.repository.js';
import { WorkflowListsService } from './workflow-lists.service.js';

/** The questions about lists of workflows that other services ask. */
@Controller()
export class WorkflowListsController {
  constructor(
    private readonly lists: WorkflowListsService,
    private readonly repository: WorkflowListsRepository,
  ) {}

  @OnRequest(ListWorkflows)
  list(question: z.output<typeof ListWorkflows.question>): Promise<ListedWorkflows> {
    return this.lists.page(question);
  }

  @OnRequest(RecordWorkflowRuns)
  async recordRuns({ runs }: z.output<typeof RecordWorkflowRuns.question>): Promise<{ recorded: number }> {
    await this.repository.recordRuns(
      runs.map(({ accepted_at, ...run }) => ({ ...run, accepted_at: new Date(accepted_at) })),
    );
    return { recorded: runs.length };
  }
}
