import { Controller } from '@nestjs/common';
import {
  CountExecutions,
  GetExecution,
  GetExecutionValue,
  ListExecutions,
  type ExecutionList,
  type ExecutionResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import {
  ExecutionsService,
  type ExecutionQuestion,
  type ListQuestion,
  type ValueQuestion,
} from './executions.service.js';

/** The questions about executions that other services ask. */
@Controller()
export class ExecutionsController {
  constructor(private readonly executions: ExecutionsService) {}

  @OnRequest(GetExecution)
  async get(question: ExecutionQuestion): Promise<ExecutionResource> {
    return this.executions.get(question);
  }

  @OnRequest(GetExecutionValue)
  async value(question: ValueQuestion): Promise<{ json: string }> {
    return { json: await this.executions.value(question) };
  }

  @OnRequest(ListExecutions)
  async list(question: ListQuestion): Promise<ExecutionList> {
    return this.executions.list(question);
  }

  @OnRequest(CountExecutions)
  async count(question: {
    organisation_id: string;
    workflow_ids: string[];
  }): Promise<{ counts: Record<string, number> }> {
    return { counts: await this.executions.count(question.organisation_id, question.workflow_ids) };
  }
}
