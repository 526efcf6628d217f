import { Controller, Inject } from '@nestjs/common';
import { ExecutionDue, type DueExecution } from '@millrace/contracts';
import { BUS, OnMessage, type Bus } from '@millrace/messaging';
import { wakeExecution } from '@millrace/service-kit/wake-execution';

/** Executions that one process puts back into the queue at the same time. */
const AT_ONCE = 64;

/**
 * Puts executions whose time has come into the queue of their organisation, where they get a slot in their turn. Whether they
 * are still to be woken is decided by who takes them from there.
 */
@Controller()
export class DueController {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  @OnMessage(ExecutionDue, { group: 'executor', concurrency: AT_ONCE })
  async wake(due: DueExecution): Promise<void> {
    await wakeExecution(this.bus, due);
  }
}
