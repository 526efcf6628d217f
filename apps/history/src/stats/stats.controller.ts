import { Controller } from '@nestjs/common';
import { GetExecutionStats, type ExecutionStats } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import { StatsService, type StatsQuestion } from './stats.service.js';

/** The questions about figures of executions that other services ask. */
@Controller()
export class StatsController {
  constructor(private readonly stats: StatsService) {}

  @OnRequest(GetExecutionStats)
  async figures(question: StatsQuestion): Promise<ExecutionStats> {
    return this.stats.figures(question, Date.now());
  }
}
