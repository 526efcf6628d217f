import { Controller } from '@nestjs/common';
import {
  CancelExecution,
  CountExecutions,
  CountMatchingExecutions,
  GetExecution,
  GetExecutionValue,
  ListExecutions,
  MatchExecutions,
  PauseExecution,
  ResumeExecution,
  SignalExecution,
  type ExecutionCount,
  type ExecutionList,
  type ExecutionResource,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { CancelService, type CancelQuestion } from './cancel.service.js';
import type { FilterQuestion } from './execution-filter.js';
import { ExecutionsService, type ExecutionQuestion, type ListQuestion } from './executions.service.js';
import { PauseService, type PauseQuestion } from './pause.service.js';
import { SignalsService, type SignalQuestion } from './signals.service.js';
import { valueAnswer } from './value-part.js';

/** The questions about executions that other services ask. */
@Controller()
export class ExecutionsController {
  constructor(
    private readonly executions: ExecutionsService,
    private readonly cancels: CancelService,
    private readonly signals: SignalsService,
    private readonly pauses: PauseService,
  ) {}

  @OnRequest(GetExecution)
  async get(question: ExecutionQuestion): Promise<ExecutionResource> {
    return this.executions.get(question);
  }

  @OnRequest(CancelExecution)
  async cancel(question: CancelQuestion): Promise<ExecutionResource> {
    return this.cancels.cancel(question);
  }

  @OnRequest(SignalExecution)
  async signal(question: SignalQuestion): Promise<ExecutionResource> {
    return this.signals.send(question);
  }

  @OnRequest(PauseExecution)
  async pause(question: PauseQuestion): Promise<ExecutionResource> {
    return this.pauses.pause(question);
  }

  @OnRequest(ResumeExecution)
  async resume(question: PauseQuestion): Promise<ExecutionResource> {
    return this.pauses.resume(question);
  }

  @OnRequest(GetExecutionValue)
  async value(
    question: z.output<typeof GetExecutionValue.question>,
  ): Promise<z.output<typeof GetExecutionValue.answer>> {
    return valueAnswer(await this.executions.value(question), question.range);
  }

  @OnRequest(ListExecutions)
  async list(question: ListQuestion): Promise<ExecutionList> {
    return this.executions.list(question);
  }

  @OnRequest(MatchExecutions, { heavy: true })
  async match(question: z.output<typeof MatchExecutions.question>): Promise<z.output<typeof MatchExecutions.answer>> {
    return { execution_ids: await this.executions.match(question) };
  }

  @OnRequest(CountMatchingExecutions)
  async countMatching(question: FilterQuestion): Promise<ExecutionCount> {
    return this.executions.countMatching(question);
  }

  @OnRequest(CountExecutions)
  async count({
    organisation_id,
    workflow_ids,
    with_last = false,
  }: z.output<typeof CountExecutions.question>): Promise<z.output<typeof CountExecutions.answer>> {
    if (with_last) return this.executions.activity(organisation_id, workflow_ids);
    return { counts: await this.executions.count(organisation_id, workflow_ids) };
  }
}
