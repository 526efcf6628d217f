import { Controller } from '@nestjs/common';
import { PlanRestart, ReadReused } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { RestartsService } from './restarts.service.js';

/** The questions of who starts or runs an execution that retries or replays another one. */
@Controller()
export class RestartsController {
  constructor(private readonly restarts: RestartsService) {}

  @OnRequest(PlanRestart, { heavy: true })
  async plan(question: z.output<typeof PlanRestart.question>): Promise<z.output<typeof PlanRestart.answer>> {
    return this.restarts.plan(question);
  }

  @OnRequest(ReadReused, { heavy: true })
  async reused(question: z.output<typeof ReadReused.question>): Promise<z.output<typeof ReadReused.answer>> {
    return this.restarts.reused(question);
  }
}
