import { Controller, type Type } from '@nestjs/common';
import { RunRequested, type RunRequest } from '@millrace/contracts';
import { OnGivenUp, OnMessage, type Delivery, type GivenUp, type RunnerOptions } from '@millrace/messaging';
import { ExecutionsService } from './executions.service.js';
import { GivenUpService } from './given-up.service.js';
import { tracedRun } from './traced-run.js';

/** The controller that takes executions from the queue, with the slots of this process. */
export function executionsController(options: RunnerOptions): Type<unknown> {
  @Controller()
  class ExecutionsController {
    constructor(
      private readonly executions: ExecutionsService,
      private readonly givenUp: GivenUpService,
    ) {}

    @OnMessage(RunRequested, { group: 'executor', ...options })
    run(request: RunRequest, delivery: Delivery): Promise<void> {
      return tracedRun(request, () => this.executions.execute(request, delivery));
    }

    @OnGivenUp(RunRequested, { group: 'executor' })
    giveUp(given: GivenUp): Promise<void> {
      return this.givenUp.end(given);
    }
  }
  return ExecutionsController;
}
