import { Controller } from '@nestjs/common';
import {
  GetLoopSummary,
  GetStepRun,
  ListStepRuns,
  ReadJournal,
  type JournalPage,
  type LoopSummary,
  type StepRunDetail,
  type StepRunList,
} from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import type { StepPageQuery } from './step-page.js';
import { StepRunsService } from './step-runs.service.js';

/** The questions about what happened inside of an execution. */
@Controller()
export class StepRunsController {
  constructor(private readonly stepRuns: StepRunsService) {}

  @OnRequest(ListStepRuns)
  async list(question: z.output<typeof ListStepRuns.question>): Promise<StepRunList> {
    // A status that only a newer gateway knows is one that no step run has here.
    const statuses = question.statuses as StepPageQuery['statuses'];
    return this.stepRuns.list({ ...question, statuses });
  }

  @OnRequest(GetStepRun)
  async get(question: z.output<typeof GetStepRun.question>): Promise<StepRunDetail> {
    return this.stepRuns.get(question);
  }

  @OnRequest(GetLoopSummary)
  async loop(question: z.output<typeof GetLoopSummary.question>): Promise<LoopSummary> {
    return this.stepRuns.loop(question);
  }

  @OnRequest(ReadJournal)
  async journal(question: z.output<typeof ReadJournal.question>): Promise<JournalPage> {
    return this.stepRuns.journal(question);
  }
}
