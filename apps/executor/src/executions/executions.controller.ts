import { Controller, type Type } from '@nestjs/common';
import { RunRequested, type RunRequest } from '@millrace/contracts';
import { OnMessage, type Delivery } from '@millrace/messaging';
import { ExecutionsService } from './executions.service.js';

/** The controller that takes executions from the queue, `concurrency` of them at once. */
export function executionsController(concurrency: number): Type<unknown> {
  @Controller()
  class ExecutionsController {
    constructor(private readonly executions: ExecutionsService) {}

    @OnMessage(RunRequested, { group: 'executor', concurrency })
    run(request: RunRequest, delivery: Delivery): Promise<void> {
      return this.executions.execute(request, delivery);
    }
  }
  return ExecutionsController;
}
