import { Controller } from '@nestjs/common';
import { RestartExecutions } from '@millrace/contracts';
import { OnRequest } from '@millrace/messaging';
import type { z } from 'zod';
import { Restarts } from './restarts.js';

/** The question of jobs that retry or replay executions. */
@Controller()
export class RestartsController {
  constructor(private readonly restarts: Restarts) {}

  @OnRequest(RestartExecutions, { heavy: true })
  restart(question: z.output<typeof RestartExecutions.question>): Promise<z.output<typeof RestartExecutions.answer>> {
    return this.restarts.run(question);
  }
}
