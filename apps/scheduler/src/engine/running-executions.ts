import { Inject, Injectable } from '@nestjs/common';
import { AppError, CancelExecution, GetExecution, isExecutionEnd } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';

/** There is nothing to cancel any more. */
const OVER: readonly string[] = ['EXECUTION_FINISHED', 'EXECUTION_NOT_FOUND', 'INPUT_LOST'];

/** Asks history about executions that schedules have started. */
@Injectable()
export class RunningExecutions {
  constructor(@Inject(BUS) private readonly bus: Pick<Bus, 'request'>) {}

  /** Whether an execution is accepted, running or waiting. One that nobody knows is not. Throws SERVICE_UNAVAILABLE. */
  async isGoingOn(organisationId: string, executionId: string): Promise<boolean> {
    const status = await this.#statusOf(organisationId, executionId);
    return status !== null && !isExecutionEnd(status);
  }

  /** Whether there is or was such an execution. Throws SERVICE_UNAVAILABLE. */
  async exists(organisationId: string, executionId: string): Promise<boolean> {
    return (await this.#statusOf(organisationId, executionId)) !== null;
  }

  /** Asks for the end of an execution; it may go on for a moment. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async cancel(organisation_id: string, execution_id: string): Promise<void> {
    const reason = 'The schedule starts the next one (overlap: cancel_running)';
    try {
      await this.bus.request(CancelExecution, { organisation_id, execution_id, reason, steps: 'none' });
    } catch (error) {
      if (!(error instanceof AppError) || !OVER.includes(error.code)) throw error;
    }
  }

  async #statusOf(organisation_id: string, execution_id: string): Promise<string | null> {
    try {
      return (await this.bus.request(GetExecution, { organisation_id, execution_id, steps: 'none' })).status;
    } catch (error) {
      if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return null;
      throw error;
    }
  }
}
